"""Writes the GGUF fixtures of VitroFormatsTests with the gguf package, and the values that its tensors hold.

    python3 Tests/References/gguf_files.py       (needs numpy, safetensors and gguf; written with gguf 0.19.0)
    python3 Tests/References/gguf_files.py FILE  prints the SHA-256 of each tensor's float32 values (smollm2.txt)

types.gguf has a tensor of every type that Vitro reads and metadata of every type; types.safetensors has the float32 values of
its quantized tensors by gguf.quants.dequantize. Blocks are random bytes with finite scales.
"""

import hashlib
import pathlib
import sys

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter, quants
from safetensors.numpy import save_file

folder = pathlib.Path(__file__).parent.parent / "VitroFormatsTests" / "Fixtures"
random = np.random.default_rng(8)

# Where the half-precision scales stand in a block.
scales = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q2_K": [80, 82], "Q3_K": [108],
    "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
}


def blocks(name, rows, columns):
    length, size = GGML_QUANT_SIZES[GGMLQuantizationType[name]]
    raw = random.integers(0, 256, (rows * columns // length, size), dtype=np.uint8)
    for place in scales.get(name, []):
        raw[:, place:place + 2] = random.normal(0, 0.1, (len(raw), 1)).astype(np.float16).view(np.uint8)
    if name == "Q8_K":
        raw[:, :4] = random.normal(0, 0.1, (len(raw), 1)).astype(np.float32).view(np.uint8)
    raw[0, scales.get(name, [0])[0]:][:2] = [1, 0]  # A subnormal scale.
    return raw


def values(name, raw, shape):
    if name == "Q8_K":  # Which the package cannot do: a float32 scale, then the integers.
        result = raw[:, :4].copy().view(np.float32) * raw[:, 4:260].copy().view(np.int8).astype(np.float32)
    else:
        result = quants.dequantize(raw, GGMLQuantizationType[name])
    return result.astype(np.float32).reshape(shape)


def tensors_of(file):
    for tensor in GGUFReader(file).tensors:
        shape = [int(length) for length in tensor.shape[::-1]]
        data = np.ascontiguousarray(quants.dequantize(tensor.data, tensor.tensor_type)).astype(np.float32)
        print(tensor.name, "x".join(map(str, shape)), hashlib.sha256(data.tobytes()).hexdigest()[:16])


def types():
    writer = GGUFWriter(folder / "types.gguf", "llama")
    writer.add_custom_alignment(64)
    writer.add_uint8("a.uint8", 255)
    writer.add_int8("a.int8", -128)
    writer.add_uint16("a.uint16", 65535)
    writer.add_int16("a.int16", -32768)
    writer.add_uint32("a.uint32", 2**32 - 1)
    writer.add_int32("a.int32", -(2**31))
    writer.add_uint64("a.uint64", 2**63 - 1)
    writer.add_key_value("a.huge", 2**64 - 1, GGUFValueType.UINT64)
    writer.add_int64("a.int64", -(2**63))
    writer.add_float32("a.float32", 0.1)
    writer.add_float64("a.float64", 0.1)
    writer.add_bool("a.true", True)
    writer.add_bool("a.false", False)
    writer.add_string("a.text", "größe \U0001f600\n")
    writer.add_array("a.texts", ["<s>", "", "\u0120the", "日本"])
    writer.add_array("a.integers", [3, -1, 2])
    writer.add_array("a.numbers", [0.5, -2.0])
    writer.add_array("a.booleans", [True, False])
    writer.add_array("a.nested", [[1, 2], [3]])
    expected = {}
    plain = random.normal(0, 1, (2, 3))
    for name, array in {
        "f32": plain.astype(np.float32), "f16": plain.astype(np.float16), "f64": plain,
        "i8": np.array([-128, 127, 5], np.int8), "i16": np.array([[-32768], [7]], np.int16),
        "i32": np.arange(3, dtype=np.int32), "i64": np.array([2**40], np.int64),
    }.items():
        writer.add_tensor(name, array)
        widened = {"int8": np.int32, "int16": np.int32}.get(str(array.dtype))
        expected[name] = array.astype(widened) if widened else array
    writer.add_tensor("bf16", (plain.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16).view(np.uint8),
                      raw_shape=(2, 6), raw_dtype=GGMLQuantizationType.BF16)
    for name in [*scales, "Q8_K"]:
        length, size = GGML_QUANT_SIZES[GGMLQuantizationType[name]]
        shape = (3, 2 * length) if length == 32 else (2, length)
        raw = blocks(name, *shape)
        writer.add_tensor(name.lower(), raw.reshape(shape[0], -1), raw_dtype=GGMLQuantizationType[name])
        expected[name.lower()] = values(name, raw, shape)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    save_file({name: np.ascontiguousarray(array) for name, array in expected.items()}, folder / "types.safetensors")


if len(sys.argv) > 1:
    tensors_of(sys.argv[1])
else:
    types()
