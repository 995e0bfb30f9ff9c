#!/usr/bin/env python3
"""Converts a PyTorch checkpoint (`pytorch_model.bin`) to safetensors without PyTorch, and without running what a pickle might hold.

    python3 tools/torch_to_safetensors.py pytorch_model.bin model.safetensors

Needs Python alone. Only tensors and the containers around them are unpickled; anything else in the file is refused by name.
"""
import collections
import json
import pickle
import struct
import sys
import zipfile

TYPES = {"FloatStorage": ("F32", 4), "DoubleStorage": ("F64", 8), "HalfStorage": ("F16", 2),
         "BFloat16Storage": ("BF16", 2), "LongStorage": ("I64", 8), "IntStorage": ("I32", 4),
         "ByteStorage": ("U8", 1), "BoolStorage": ("BOOL", 1)}


class Storage:
    def __init__(self, name):
        self.name = name


class Tensor:
    def __init__(self, storage, offset, shape, strides):
        self.storage, self.offset, self.shape, self.strides = storage, offset, list(shape), list(strides)


def rebuild(storage, offset, shape, strides, *_):
    return Tensor(storage, offset, shape, strides)


class Reader(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return rebuild
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if module == "torch" and name in TYPES:
            return Storage(name)
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a tensor")

    def persistent_load(self, identity):
        kind, storage, key, _, _ = identity
        if kind != "storage":
            raise pickle.UnpicklingError(f"a reference to {kind}")
        return storage.name, key


def contiguous(data, tensor, width):
    """The tensor's elements in row-major order, as bytes."""
    count, expected = 1, []
    for length in reversed(tensor.shape):
        expected.insert(0, count)
        count *= length
    if tensor.strides == expected or count == 0:
        return data[tensor.offset * width:(tensor.offset + count) * width]
    places = [tensor.offset]
    for length, stride in zip(tensor.shape, tensor.strides):
        places = [place + index * stride for place in places for index in range(length)]
    return b"".join(data[place * width:(place + 1) * width] for place in places)


def convert(source, target):
    with zipfile.ZipFile(source) as archive:
        description = next(name for name in archive.namelist() if name.endswith("data.pkl"))
        folder = description[:-len("data.pkl")]
        tensors = Reader(archive.open(description)).load()
        tensors = tensors.get("state_dict", tensors)
        header, parts, end = {}, [], 0
        for name, tensor in tensors.items():
            if not isinstance(tensor, Tensor):
                continue
            storage, key = tensor.storage
            kind, width = TYPES[storage]
            data = contiguous(archive.read(f"{folder}data/{key}"), tensor, width)
            header[name] = {"dtype": kind, "shape": tensor.shape, "data_offsets": [end, end + len(data)]}
            parts.append(data)
            end += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(target, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for part in parts:
            file.write(part)
    print(f"{target}: {len(parts)} tensors, {end} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    convert(sys.argv[1], sys.argv[2])
