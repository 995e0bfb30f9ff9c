#!/usr/bin/env bash
# Makes Sources/VitroFormats/ONNX/onnx.pb.swift of onnx.proto beside it: tools/generate_onnx.sh (needs protoc, Debian's protobuf-compiler).
set -euo pipefail
cd "$(dirname "$0")/.."
command -v protoc >/dev/null || { echo "protoc is missing: apt-get install protobuf-compiler"; exit 1; }
swift package resolve
plugin=.build/protoc-gen-swift
swift build --package-path .build/checkouts/swift-protobuf --scratch-path "$plugin" --product protoc-gen-swift
protoc --plugin="$plugin/debug/protoc-gen-swift" --proto_path=Sources/VitroFormats/ONNX \
  --swift_opt=Visibility=Internal --swift_opt=UseAccessLevelOnImports=true --swift_out=Sources/VitroFormats/ONNX onnx.proto
