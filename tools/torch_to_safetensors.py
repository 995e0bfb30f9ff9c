#!/usr/bin/env python3
"""Converts a PyTorch checkpoint (`pytorch_model.bin`) to safetensors without PyTorch, and without running what a pickle might hold.

    python3 tools/torch_to_safetensors.py pytorch_model.bin model.safetensors [KEY]

Needs Python alone. Only tensors and the containers around them are unpickled; anything else in the file is refused by name. KEY names the part
of a larger checkpoint that holds the tensors, such as `model` or `generator.state`; without it they are looked for at the top and under
`state_dict`.
"""
import collections
import json
import os
import pickle
import struct
import sys
import zipfile

TYPES = {"FloatStorage": ("F32", 4), "DoubleStorage": ("F64", 8), "HalfStorage": ("F16", 2),
         "BFloat16Storage": ("BF16", 2), "LongStorage": ("I64", 8), "IntStorage": ("I32", 4),
         "ByteStorage": ("U8", 1), "BoolStorage": ("BOOL", 1)}
LETTERS = {1: "B", 2: "H", 4: "I", 8: "Q"}
MOST_AXES = 16
DEEPEST = 8


class Refusal(Exception):
    """A checkpoint that is not converted, and why."""


class Storage:
    def __init__(self, name):
        self.name = name


class Tensor:
    def __init__(self, storage, offset, shape, strides):
        self.storage, self.offset, self.shape, self.strides = storage, offset, shape, strides


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
        raise Refusal(f"{module}.{name} is no part of a tensor")

    def persistent_load(self, identity):
        if not isinstance(identity, tuple) or len(identity) != 5 or identity[0] != "storage" or not isinstance(identity[1], Storage):
            raise Refusal("it refers to something that is no storage")
        return identity[1].name, str(identity[2])


def holders(value, path="", depth=0):
    """The paths of the dictionaries that hold tensors, with how many they hold."""
    if not isinstance(value, dict) or depth > DEEPEST:
        return
    count = sum(isinstance(item, Tensor) for item in value.values())
    if count:
        yield path, count
    for key, item in value.items():
        if isinstance(key, str):
            yield from holders(item, f"{path}.{key}" if path else key, depth + 1)


def state(root, key):
    """The dictionary that holds the tensors."""
    value = root
    for part in key.split(".") if key else []:
        if not isinstance(value, dict) or part not in value:
            raise Refusal(f"it has no '{key}'")
        value = value[part]
    if not key and isinstance(root, dict) and isinstance(root.get("state_dict"), dict):
        value = root["state_dict"]
    if isinstance(value, dict) and any(isinstance(item, Tensor) for item in value.values()):
        return value
    found = [f"'{path}' ({count})" for path, count in holders(root) if path][:8]
    hint = f"; tensors lie under {', '.join(found)}: name one as the third argument" if found else ""
    raise Refusal(f"there is no tensor {f'under {key!r}' if key else 'at its top'}{hint}")


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 48


def checked(name, tensor):
    """A tensor's storage, kind, width and number of elements."""
    if not isinstance(name, str) or name == "__metadata__":
        raise Refusal(f"a tensor is called {name!r}")
    storage, shape, strides = tensor.storage, tensor.shape, tensor.strides
    if not isinstance(storage, tuple) or len(storage) != 2 or storage[0] not in TYPES:
        raise Refusal(f"'{name}' has no storage")
    if not all(isinstance(part, (tuple, list)) and all(map(is_count, part)) for part in (shape, strides)) \
            or len(shape) != len(strides) or len(shape) > MOST_AXES or not is_count(tensor.offset):
        raise Refusal(f"'{name}' has the shape {shape!r}, the strides {strides!r} and the offset {tensor.offset!r}")
    kind, width = TYPES[storage[0]]
    count = 1
    for length in shape:
        count *= length
    return storage[1], kind, width, count


def rows(view, offset, shape, strides):
    """The elements in row-major order, a row of the last axis at a time."""
    if not shape:
        yield view[offset:offset + 1]
    elif len(shape) > 1:
        for index in range(shape[0]):
            yield from rows(view, offset + index * strides[0], shape[1:], strides[1:])
    elif strides[0] == 0:
        yield view[offset:offset + 1].tobytes() * shape[0]
    else:
        yield view[offset:offset + (shape[0] - 1) * strides[0] + 1:strides[0]]


def write(file, name, tensor, data, width, count):
    """Writes a tensor's elements in row-major order."""
    if count == 0:
        return
    elements = len(data) // width
    last = tensor.offset + sum((length - 1) * stride for length, stride in zip(tensor.shape, tensor.strides))
    if last >= elements:
        raise Refusal(f"'{name}' reaches to element {last} of a storage of {elements}")
    if count > elements:
        raise Refusal(f"'{name}' repeats {elements} elements as {count}")
    place, contiguous = 1, True
    for length, stride in zip(reversed(tensor.shape), reversed(tensor.strides)):
        contiguous = contiguous and (stride == place or length == 1)
        place *= length
    if contiguous:
        file.write(memoryview(data)[tensor.offset * width:(tensor.offset + count) * width])
        return
    view = memoryview(data)[:elements * width].cast(LETTERS[width])
    for row in rows(view, tensor.offset, tensor.shape, tensor.strides):
        file.write(row.tobytes() if isinstance(row, memoryview) else row)


def stored(archive, name):
    """The bytes of an archive's member, which PyTorch does not compress."""
    try:
        entry = archive.getinfo(name)
    except KeyError:
        raise Refusal(f"it lacks {name}") from None
    if entry.compress_type != zipfile.ZIP_STORED:
        raise Refusal(f"{name} is compressed, which PyTorch's own files are not")
    return archive.read(entry)


def convert(source, target, key):
    if not os.path.isfile(source):
        raise Refusal("there is no such file")
    if not zipfile.is_zipfile(source):
        raise Refusal("it is no zip archive: PyTorch before 1.6 wrote such files; load it there and save it again")
    with zipfile.ZipFile(source) as archive:
        names = archive.namelist()
        description = next((name for name in names if name == "data.pkl" or name.endswith("/data.pkl")), None)
        if description is None:
            raise Refusal("it holds no data.pkl: it is no PyTorch checkpoint")
        folder = description[:-len("data.pkl")]
        if f"{folder}byteorder" in names and stored(archive, f"{folder}byteorder") != b"little":
            raise Refusal("its numbers are big-endian")
        stored(archive, description)
        with archive.open(description) as file:
            tensors = state(Reader(file).load(), key)
        plan, header, end = [], {}, 0
        for name, tensor in tensors.items():
            if not isinstance(tensor, Tensor):
                continue
            storage, kind, width, count = checked(name, tensor)
            plan.append((name, tensor, f"{folder}data/{storage}", width, count))
            header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [end, end + count * width]}
            end += count * width
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        part = f"{target}.part"
        try:
            with open(part, "wb") as file:
                file.write(struct.pack("<Q", len(text)) + text)
                current, data = None, b""
                for name, tensor, storage, width, count in plan:
                    if storage != current:
                        current, data = storage, stored(archive, storage)
                    write(file, name, tensor, data, width, count)
            os.replace(part, target)
        finally:
            if os.path.exists(part):
                os.remove(part)
    print(f"{target}: {len(plan)} tensors, {end} bytes")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    try:
        convert(sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) == 4 else "")
    except (Refusal, OSError, pickle.UnpicklingError, zipfile.BadZipFile) as reason:
        sys.exit(f"{sys.argv[1]} is not converted: {reason}")
    except Exception as fault:
        # A damaged pickle fails in as many ways as Python does.
        sys.exit(f"{sys.argv[1]} is not converted: its description is damaged ({fault})")
