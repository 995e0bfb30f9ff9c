"""Writes the fixtures of VitroFormatsTests with the reference implementations, and the values that they hold.

    python3 Tests/References/formats.py          (needs numpy, torch, safetensors, pillow and onnx)

Everything goes to Tests/VitroFormatsTests/Fixtures; expected.json lists, for each file, the arrays that reading must
give: their type, their shape and their values as text.
"""

import csv
import gzip
import io
import json
import pathlib
import struct
import zlib

import ml_dtypes
import numpy as np
import onnx
import safetensors.torch
import torch
from PIL import Image

folder = pathlib.Path(__file__).parent.parent / "VitroFormatsTests" / "Fixtures"
expected = {}

# What each stored type is read as.
widened = {
    "int8": "int32", "int16": "int32", "uint16": "int32", "uint32": "int64", "uint64": "int64",
}


def text(value):
    return str(int(value)) if isinstance(value, (bool, np.bool_, int, np.integer)) else repr(float(value))


def expect(file, arrays):
    expected[file] = {
        name: {
            "dtype": dtype,
            "shape": list(values.shape),
            "values": [text(value) for value in values.reshape(-1).tolist()],
        }
        for name, (dtype, values) in arrays.items()
    }


def numpy_values(dtype):
    if dtype == "bool":
        return np.array([[True, False, True], [False, False, True]])
    if dtype.startswith("float"):
        special = [0.0, -0.0, 1.5, -2.25, np.inf, -np.inf, np.nan, np.finfo(dtype).tiny, np.finfo(dtype).max, 0.1]
        return np.array(special + [1 / 3, -7], dtype=dtype).reshape(3, 4)
    info = np.iinfo(dtype)
    top = min(info.max, 2**63 - 1)
    return np.array([info.min, top, 0, 1, 2, 3], dtype=dtype).reshape(2, 3)


def npy(name, array, version=None):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, version=version)
    (folder / f"{name}.npy").write_bytes(buffer.getvalue())
    dtype = array.dtype.newbyteorder("=").name
    expect(f"{name}.npy", {name: (widened.get(dtype, dtype), array)})


def numpy_files():
    names = ["bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"]
    for dtype in names + ["float16", "float32", "float64"]:
        npy(f"c_{dtype}", numpy_values(dtype))
    npy("big_float64", numpy_values("float64").astype(">f8"))
    npy("big_int16", numpy_values("int16").astype(">i2"))
    npy("fortran_float32", np.asfortranarray(np.arange(24, dtype="float32").reshape(2, 3, 4)))
    npy("fortran_big_int32", np.asfortranarray(np.arange(6).astype(">i4").reshape(2, 3)))
    npy("scalar", np.array(3.5))
    npy("empty", np.zeros((0, 3), dtype="float32"))
    npy("vector", np.arange(5, dtype="int64"))
    npy("version2", numpy_values("float32"), version=(2, 0))
    npy("version3", numpy_values("float32"), version=(3, 0))
    arrays = {"weights": numpy_values("float32"), "labels": np.arange(40) % 3, "flag": np.array(True)}
    for save, name in [(np.savez, "stored"), (np.savez_compressed, "deflated")]:
        save(folder / f"{name}.npz", **arrays)
        expect(f"{name}.npz", {key: (value.dtype.name, value) for key, value in arrays.items()})


def safetensors_files():
    tensors = {}
    types = [torch.bool, torch.uint8, torch.int8, torch.int16, torch.uint16, torch.int32, torch.uint32, torch.int64]
    for dtype in types + [torch.uint64]:
        name = str(dtype).removeprefix("torch.")
        tensors[name] = torch.from_numpy(numpy_values(name))
    for dtype in [torch.float16, torch.bfloat16, torch.float32, torch.float64]:
        tensors[str(dtype).removeprefix("torch.")] = torch.from_numpy(numpy_values("float64")).to(dtype)
    safetensors.torch.save_file(tensors, folder / "all_types.safetensors", {"maker": "torch", "größe": "é\u0001\n"})
    expect(
        "all_types.safetensors",
        {
            name: (widened.get(name, name), tensor.double().numpy() if tensor.is_floating_point() else tensor.numpy())
            for name, tensor in tensors.items()
        },
    )
    native = {
        "b": torch.arange(6).reshape(2, 3), "a": torch.tensor(2.5), "empty": torch.zeros(0, 4),
        "é\"\\/\t": torch.tensor([True, False]), "half": torch.tensor([1.0, -2.0], dtype=torch.bfloat16),
        "h": torch.tensor([0.5], dtype=torch.float16), "bytes": torch.arange(3, dtype=torch.uint8),
        "i": torch.tensor([[7]], dtype=torch.int32), "d": torch.tensor([0.1], dtype=torch.float64),
    }
    safetensors.torch.save_file(native, folder / "native.safetensors", {"format": "pt"})
    expect(
        "native.safetensors",
        {
            name: (str(tensor.dtype).removeprefix("torch."), tensor.double().numpy() if tensor.is_floating_point() else tensor.numpy())
            for name, tensor in native.items()
        },
    )


def idx_files():
    codes = {"uint8": 8, "int8": 9, "int16": 11, "int32": 12, "float32": 13, "float64": 14}
    for dtype, code in codes.items():
        values = numpy_values(dtype)
        data = bytes([0, 0, code, values.ndim]) + b"".join(struct.pack(">I", n) for n in values.shape)
        data += values.astype(values.dtype.newbyteorder(">")).tobytes()
        file = f"idx_{dtype}"
        if dtype in ("uint8", "float32"):
            (folder / f"{file}.gz").write_bytes(gzip.compress(data, mtime=0))
            expect(f"{file}.gz", {file: (widened.get(dtype, dtype), values)})
        (folder / file).write_bytes(data)
        expect(file, {file: (widened.get(dtype, dtype), values)})


def png_bytes(width, height, depth, color, rows, interlaced=False):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def png_files():
    def image(name, picture, values):
        picture.save(folder / f"{name}.png")
        expect(f"{name}.png", {name: ("uint8", values)})

    ramp = (np.arange(5 * 7 * 4) * 5 % 256).astype("uint8").reshape(5, 7, 4)
    image("gray", Image.fromarray(ramp[:, :, 0]), ramp[:, :, :1])
    image("gray_alpha", Image.fromarray(np.ascontiguousarray(ramp[:, :, :2]), "LA"), ramp[:, :, :2])
    image("rgb", Image.fromarray(np.ascontiguousarray(ramp[:, :, :3])), ramp[:, :, :3])
    image("rgba", Image.fromarray(ramp), ramp)
    bits = ramp[:, :, 0] > 100
    image("one_bit", Image.fromarray(bits), (bits[:, :, None] * 255).astype("uint8"))
    palette = Image.fromarray(np.ascontiguousarray(ramp[:, :, :3])).quantize(8)
    image("palette", palette, np.asarray(palette.convert("RGB")))

    deep = (np.arange(3 * 4 * 3) * 1777 % 65536).astype(">u2").reshape(3, 4, 3)
    (folder / "deep.png").write_bytes(png_bytes(4, 3, 16, 2, [row.tobytes() for row in deep]))
    expect("deep.png", {"deep": ("uint8", np.round(deep.astype("float64") * 255 / 65535).astype("uint8"))})

    # Adam7: seven passes, each a smaller image.
    gray = ramp[:, :, 0]
    rows = []
    for y, x, dy, dx in [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]:
        part = gray[y::dy, x::dx]
        rows += [row.tobytes() for row in part if row.size]
    (folder / "interlaced.png").write_bytes(png_bytes(7, 5, 8, 0, rows, interlaced=True))
    expect("interlaced.png", {"interlaced": ("uint8", gray[:, :, None])})


def csv_files():
    rows = [
        ["Ann, the first", 1.5, 'says "hi"', 3], ["two\nlines", -2e-7, "", 4], [" spaces ", 1e300, "é日本", -5],
        ["", 0.1, "crlf\r\nhere", 2**53],
    ]
    for name, delimiter in [("quoted.csv", ","), ("quoted.tsv", "\t"), ("quoted_semicolon.csv", ";")]:
        buffer = io.StringIO()
        writer = csv.writer(buffer, delimiter=delimiter)
        writer.writerow(["name", "x", "note", "n"])
        writer.writerows(rows)
        (folder / name).write_bytes(buffer.getvalue().encode())
        numbers = np.array([[row[1], row[3]] for row in rows], dtype="float64")
        expect(name, {"x": ("float64", numbers[:, 0]), "n": ("float64", numbers[:, 1])})
    (folder / "plain.csv.gz").write_bytes(gzip.compress(b"\xef\xbb\xbfa,b\r\n1,2\r\n3,4\r\n", mtime=0))
    expect("plain.csv.gz", {"a": ("float64", np.array([1.0, 3.0])), "b": ("float64", np.array([2.0, 4.0]))})


def onnx_files():
    """Every element type that is read, as raw bytes and as the list of numbers that the type belongs to."""
    types = {
        "float32": [0, -1.5, 3e38, 1e-40], "float64": [0, -1.5, 1e300, 5e-324], "float16": [0, -1.5, 65504, 6e-8],
        "bfloat16": [0, -1.5, 3e38, 1e-38], "int8": [0, 1, 127, -128], "int16": [0, 1, 32767, -32768],
        "int32": [0, 1, 2**31 - 1, -(2**31)], "int64": [0, 1, 2**63 - 1, -(2**63)], "uint8": [0, 1, 2, 255],
        "uint16": [0, 1, 2, 65535], "uint32": [0, 1, 2, 2**32 - 1], "uint64": [0, 1, 2, 2**63 - 1], "bool": [1, 0, 0, 1],
    }
    codes = {"float32": "FLOAT", "float64": "DOUBLE"}
    tensors, arrays = [], {}
    for name, values in types.items():
        values = np.array(values, dtype=ml_dtypes.bfloat16 if name == "bfloat16" else name).reshape(2, 2)
        code = getattr(onnx.TensorProto, codes.get(name, name.upper()))
        arrays[f"{name}.raw"] = arrays[f"{name}.list"] = (
            widened.get(name, name), values.astype("float64") if "float" in name else values)
        tensors += [
            onnx.helper.make_tensor(f"{name}.raw", code, [2, 2], values.tobytes(), raw=True),
            onnx.helper.make_tensor(f"{name}.list", code, [2, 2], values.reshape(-1).tolist()),
        ]
    tensors.append(onnx.helper.make_tensor("scalar", onnx.TensorProto.FLOAT, [], [2.5]))
    tensors.append(onnx.helper.make_tensor("empty", onnx.TensorProto.FLOAT, [0, 3], []))
    arrays |= {"scalar": ("float32", np.float32(2.5)), "empty": ("float32", np.zeros((0, 3)))}
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Gemm", ["x", "w"], ["h"], name="first", alpha=0.5, transB=1),
         onnx.helper.make_node("Custom", ["h", "", "float32.raw"], ["y"], domain="example.org", ints=[1, -2], floats=[0.5], text="é",
                               texts=["a", "b"], tensor=tensors[0])],
        "graph", [
            onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["batch", None, 3]),
            onnx.helper.make_tensor_value_info("w", onnx.TensorProto.FLOAT16, [2, 3])],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.DOUBLE, None)], tensors)
    model = onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid("", 13), onnx.helper.make_opsetid("example.org", 2)], ir_version=7,
        producer_name="reference", producer_version="1", doc_string="All types.")
    onnx.helper.set_model_props(model, {"classes": "a b"})
    # The order of the parts, and so the bytes, are the writer's.
    (folder / "all_types.onnx").write_bytes(model.SerializeToString(deterministic=True))
    expect("all_types.onnx", arrays)


folder.mkdir(parents=True, exist_ok=True)
numpy_files()
safetensors_files()
idx_files()
png_files()
csv_files()
onnx_files()
(folder / "expected.json").write_text(json.dumps(expected, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
