"""Checks an ONNX file and runs it: python run_onnx.py MODEL.onnx INPUTS.safetensors OUTPUTS.safetensors

The input is called x, the outputs 0, 1, … in the model's order. Tests/VitroNetworksTests/ONNXWritingTests.swift runs it.
"""

import sys

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import load_file, save_file

model, inputs, outputs = sys.argv[1:]
onnx.checker.check_model(model, full_check=True)
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
results = session.run(None, {session.get_inputs()[0].name: load_file(inputs)["x"]})
save_file({str(index): np.ascontiguousarray(result) for index, result in enumerate(results)}, outputs)
