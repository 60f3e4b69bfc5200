# SPDX-License-Identifier: Apache-2.0
"""Writes the default face nets as ONNX files, for the Python pipeline that albumen is compared with.

The same weight files as albumen's own converter reads, by an independent reader, so each is also a
check of the other: the golden values of both are equal. Formats: docs/formats/models.md.

usage: convert_nets.py PACKAGES_FOLDER OUT_FOLDER      (and: convert_nets.py --check OUT_FOLDER)
"""

import math
import pathlib
import struct
import sys

import lz4.frame
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# Shapes as the files hold them, in order; convolutions are height, width, in, out.
PNET = [(3, 3, 3, 10), 10, (1, 1, 10), (3, 3, 10, 16), 16, (1, 1, 16), (3, 3, 16, 32), 32,
        (1, 1, 32), (1, 1, 32, 4), 4, (1, 1, 32, 2), 2]
RNET = [(3, 3, 3, 28), 28, (1, 1, 28), (3, 3, 28, 48), 48, (1, 1, 48), (2, 2, 48, 64), 64,
        (1, 1, 64), (576, 128), 128, 128, (128, 4), 4, (128, 2), 2]
ONET = [(3, 3, 3, 32), 32, (1, 1, 32), (3, 3, 32, 64), 64, (1, 1, 64), (3, 3, 64, 64), 64,
        (1, 1, 64), (2, 2, 64, 128), 128, (1, 1, 128), (1152, 256), 256, 256, (256, 4), 4,
        (256, 10), 10, (256, 2), 2]


def read_joblib_arrays(path, shapes):
    """The float32 arrays of a joblib dump in an LZ4 frame, without running its pickle.

    Each array follows the BUILD opcode 'b', one byte n, and n bytes 0xFF that align it to 16.
    """
    data = lz4.frame.decompress(path.read_bytes())
    arrays, position = [], 0
    for shape in shapes:
        count = math.prod(np.atleast_1d(shape))
        position = find_array_start(data, position)
        arrays.append(np.frombuffer(data, "<f4", count, position).reshape(shape))
        position += 4 * count
    if data[position:] != b"e.":
        raise ValueError(f"{path}: the pickle does not end after the last array")
    return arrays


def find_array_start(data, position):
    while True:
        position = data.index(b"b", position)
        padding = data[position + 1]
        start = position + 2 + padding
        if 1 <= padding <= 16 and start % 16 == 0 and \
                data[position + 2:start] == b"\xff" * padding:
            return start
        position += 1


class Graph:
    """Collects nodes and weights; each method returns the name of its result."""

    def __init__(self, name, input_shape):
        self.name, self.nodes, self.weights = name, [], []
        self.inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, input_shape)]

    def weight(self, array):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind, inputs, output=None, **attributes):
        output = output or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def convolution(self, x, filters, bias, **attributes):
        return self.node("Conv", [x, self.weight(filters), self.weight(bias)], **attributes)

    def save(self, path, outputs):
        values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
                  for name, shape in outputs.items()]
        graph = helper.make_graph(self.nodes, self.name, self.inputs, values, self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, path)


def keras_filters(array):
    return array.transpose(3, 2, 0, 1)


def prelu(graph, x, slope, map_rank):
    return graph.node("PRelu", [x, graph.weight(slope.reshape((-1,) + (1,) * map_rank))])


def convolution_stage(graph, x, arrays, pool):
    """Takes one convolution and its PReLU off the arrays; pool is (kernel, stride, ceil) or None."""
    filters, bias, slope = (arrays.pop(0) for _ in range(3))
    x = prelu(graph, graph.convolution(x, keras_filters(filters), bias), slope, 2)
    if pool:
        kernel, stride, ceil = pool
        x = graph.node("MaxPool", [x], kernel_shape=[kernel] * 2, strides=[stride] * 2,
                       ceil_mode=ceil)
    return x


def write_pnet(folder, out):
    arrays = read_joblib_arrays(folder / "pnet.lz4", PNET)
    graph = Graph("pnet", ["n", 3, "h", "w"])
    x = convolution_stage(graph, "input", arrays, (2, 2, 1))
    x = convolution_stage(graph, x, arrays, None)
    x = convolution_stage(graph, x, arrays, None)
    box, box_bias, face, face_bias = arrays
    graph.node("Identity", [graph.convolution(x, keras_filters(box), box_bias)], "reg")
    graph.node("Softmax", [graph.convolution(x, keras_filters(face), face_bias)], "prob", axis=1)
    graph.save(out / "pnet.onnx", {"reg": ["n", 4, "rows", "columns"],
                                   "prob": ["n", 2, "rows", "columns"]})


def write_dense_head(graph, x, arrays, names):
    """The flattened 3x3 map, one dense layer with PReLU, then one dense layer per name."""
    weights, bias, slope = (arrays.pop(0) for _ in range(3))
    channels = weights.shape[0] // 9
    # Keras flattens as (x*3 + y)*C + c, ONNX as (c*3 + y)*3 + x.
    weights = weights.reshape(3, 3, channels, -1).transpose(2, 1, 0, 3).reshape(9 * channels, -1)
    x = graph.node("Gemm", [graph.node("Flatten", [x]), graph.weight(weights), graph.weight(bias)])
    x = prelu(graph, x, slope, 0)
    for name in names:
        weights, bias = arrays.pop(0), arrays.pop(0)
        y = graph.node("Gemm", [x, graph.weight(weights), graph.weight(bias)])
        graph.node("Softmax" if name == "prob" else "Identity", [y], name)


def write_rnet(folder, out):
    arrays = read_joblib_arrays(folder / "rnet.lz4", RNET)
    graph = Graph("rnet", ["n", 3, 24, 24])
    x = "input"
    for pool in ((3, 2, 1), (3, 2, 0), None):
        x = convolution_stage(graph, x, arrays, pool)
    write_dense_head(graph, x, arrays, ["reg", "prob"])
    graph.save(out / "rnet.onnx", {"reg": ["n", 4], "prob": ["n", 2]})


def write_onet(folder, out):
    arrays = read_joblib_arrays(folder / "onet.lz4", ONET)
    graph = Graph("onet", ["n", 3, 48, 48])
    x = "input"
    for pool in ((3, 2, 1), (3, 2, 0), (2, 2, 0), None):
        x = convolution_stage(graph, x, arrays, pool)
    write_dense_head(graph, x, arrays, ["reg", "landmarks", "prob"])
    graph.save(out / "onet.onnx", {"reg": ["n", 4], "landmarks": ["n", 10], "prob": ["n", 2]})


class DlibReader:
    """dlib's serialization, as far as the face net uses it; every value is read in order."""

    def __init__(self, data):
        self.data, self.position = data, 0

    def take(self, count):
        if self.position + count > len(self.data):
            raise ValueError("the file ends early")
        self.position += count
        return self.data[self.position - count:self.position]

    def integer(self):
        head = self.take(1)[0]
        value = int.from_bytes(self.take(head & 0x0F), "little")
        return -value if head & 0x80 else value

    def integers(self, count):
        return [self.integer() for _ in range(count)]

    def number(self):
        mantissa, exponent = self.integers(2)
        return mantissa * 2.0**exponent

    def expect(self, text):
        found = self.take(self.integer()).decode()
        if found != text:
            raise ValueError(f"expected {text!r}, found {found!r}")

    def tensor(self):
        if self.integer() != 2:
            raise ValueError("not a tensor of version 2")
        shape = self.integers(4)
        count = math.prod(shape)
        return np.frombuffer(self.take(4 * count), "<f4").reshape(shape)

    def alias(self):
        return self.integers(5)

    def expect_end(self):
        if self.position != len(self.data):
            raise ValueError(f"{len(self.data) - self.position} bytes are left over")

    def end_of_layer(self):
        self.take(3)  # three booleans: which gradients the training wanted
        for _ in range(3):
            if self.tensor().size != 0:
                raise ValueError("a layer keeps training data")

    def convolution(self, innermost=False):
        self.expect("con_4")
        parameters = self.tensor().ravel()
        filters, height, width, *_ = self.integers(7)
        self.alias(), self.alias(), [self.number() for _ in range(4)]
        self.end_of_layer()
        if innermost:
            self.integer()  # how many tensors one picture becomes
        kernels = parameters[:-filters].reshape(filters, -1, height, width)
        return kernels, parameters[-filters:]

    def affine(self):
        self.expect("affine_")
        gamma, beta = self.tensor().reshape(2, -1)
        self.alias(), self.alias(), self.integer()
        self.end_of_layer()
        return gamma, beta

    def folded_convolution(self, innermost=False):
        """A convolution with the affine layer that follows it multiplied in."""
        kernels, bias = self.convolution(innermost)
        gamma, beta = self.affine()
        return kernels * gamma[:, None, None, None], bias * gamma + beta

    def plain(self, name, integers=0):
        self.expect(name)
        self.integers(integers)
        self.end_of_layer()


def zero_pad(graph, x, channels, rows):
    pads = np.array([0, 0, 0, 0, 0, channels, rows, rows], np.int64)
    return graph.node("Pad", [x, graph.weight(pads)])


def residual_block(graph, reader, x):
    """One block without a change of size."""
    first = reader.folded_convolution()
    reader.plain("relu_")
    second = reader.folded_convolution()
    reader.plain("add_prev_")
    reader.plain("relu_")
    y = graph.node("Relu", [graph.convolution(x, *first, pads=[1] * 4)])
    y = graph.convolution(y, *second, pads=[1] * 4)
    return graph.node("Relu", [graph.node("Add", [x, y])])


def halving_block(graph, reader, x, in_channels, out_channels, main_pad):
    """One block of half the size; what either path lacks counts as zero."""
    first = reader.folded_convolution()
    reader.plain("relu_")
    second = reader.folded_convolution()
    reader.plain("avg_pool_2", integers=6)
    reader.plain("add_prev_")
    reader.plain("relu_")
    y = graph.node("Relu", [graph.convolution(x, *first, strides=[2, 2])])
    y = graph.convolution(y, *second, pads=[1] * 4)
    if main_pad:
        y = zero_pad(graph, y, 0, main_pad)
    skip = graph.node("AveragePool", [x], kernel_shape=[2, 2], strides=[2, 2])
    if out_channels > in_channels:
        skip = zero_pad(graph, skip, out_channels - in_channels, 0)
    return graph.node("Relu", [graph.node("Add", [skip, y])])


def write_dlib(path, out):
    reader = DlibReader(path.read_bytes())
    versions = [reader.integer()]
    reader.expect("loss_metric_2")
    reader.number(), reader.number()
    while reader.data[reader.position:reader.position + 2] in (b"\x01\x01", b"\x01\x02",
                                                               b"\x01\x03"):
        versions.append(reader.integer())
    if len(versions) != 131:
        raise ValueError(f"expected 131 layers, found {len(versions)}")
    reader.expect("input_rgb_image_sized")
    mean = np.array([reader.number() for _ in range(3)], np.float32).reshape(3, 1, 1)
    if reader.integers(2) != [150, 150]:
        raise ValueError("the net wants pictures of another size")

    graph = Graph("dlib", ["n", 3, 150, 150])
    x = graph.node("Sub", ["input", graph.weight(mean)])
    x = graph.node("Div", [x, graph.weight(np.float32(256).reshape(1))])
    x = graph.convolution(x, *reader.folded_convolution(innermost=True), strides=[2, 2])
    reader.plain("relu_")
    reader.plain("max_pool_2", integers=6)
    x = graph.node("MaxPool", [graph.node("Relu", [x])], kernel_shape=[3, 3], strides=[2, 2])
    for _ in range(3):
        x = residual_block(graph, reader, x)
    for in_channels, out_channels, main_pad, plain_blocks in (
            (32, 64, 0, 3), (64, 128, 0, 2), (128, 256, 1, 2), (256, 256, 1, 0)):
        x = halving_block(graph, reader, x, in_channels, out_channels, main_pad)
        for _ in range(plain_blocks):
            x = residual_block(graph, reader, x)
    reader.plain("avg_pool_2", integers=6)
    reader.expect("fc_2")
    reader.integers(2)
    weights = reader.tensor().reshape(256, 128)
    reader.alias(), reader.alias(), reader.integer(), [reader.number() for _ in range(4)]
    reader.end_of_layer()
    x = graph.node("Flatten", [graph.node("GlobalAveragePool", [x])])
    graph.node("MatMul", [x, graph.weight(weights)], "embedding")
    graph.save(out / "dlib.onnx", {"embedding": ["n", 128]})
    reader.expect_end()


def convert(packages, out):
    out.mkdir(parents=True, exist_ok=True)
    mtcnn = packages / "mtcnn-1.0.0"
    write_pnet(mtcnn, out)
    write_rnet(mtcnn, out)
    write_onet(mtcnn, out)
    write_dlib(packages / "face_recognition_models-0.3.0"
               / "dlib_face_recognition_resnet_model_v1.dat", out)


def golden_input(height, width):
    c, y, x = np.meshgrid(np.arange(3), np.arange(height), np.arange(width), indexing="ij")
    return ((37 * c + 3 * y + 5 * x + x * y // 7) % 256).astype(np.float32)[None]


def check(folder):
    """Compares with the values that the converter of albumen is tested with."""
    import onnxruntime
    run = lambda net, tensor, names: onnxruntime.InferenceSession(
        folder / f"{net}.onnx", providers=["CPUExecutionProvider"]).run(names, {"input": tensor})
    signed = lambda size: (golden_input(*size) - 127.5) / 128
    reg, prob = run("pnet", signed((17, 23)), ["reg", "prob"])
    assert_close(reg[0, :, 0, 0], [0.0266437, -0.0782839, -0.0137064, 0.0828338])
    assert_close(reg[0, :, 3, 6], [0.0296093, 0.0126242, -0.0691637, 0.151509])
    assert_close([prob[0, 1, 0, 0], prob[0, 1, 3, 6], reg.sum()], [0.00716659, 0.0276924, 1.73544])
    reg, prob = run("rnet", signed((24, 24)), ["reg", "prob"])
    assert_close(reg[0], [-0.0362305, -0.20038, 0.0300542, 0.166616])
    assert_close(prob[0], [0.954931, 0.0450692])
    reg, landmarks, prob = run("onet", signed((48, 48)), ["reg", "landmarks", "prob"])
    assert_close(reg[0], [0.0910178, -0.0890924, 0.0256006, 0.08917])
    assert_close(landmarks[0], [0.396286, 0.671005, 0.454114, 0.341705, 0.523504, 0.272669,
                                0.306289, 0.601933, 0.76736, 0.810547])
    assert_close(prob[0], [0.99911, 0.000889643])
    embedding, = run("dlib", golden_input(150, 150), ["embedding"])
    assert_close(embedding[0, :6], [-0.0767208, 0.148547, 0.0930666, -0.0263644, -0.0971561,
                                    -0.0272455])
    assert_close(np.linalg.norm(embedding[0]), 1.32118)
    print("== nets: all golden values met")


def assert_close(actual, wanted):
    np.testing.assert_allclose(actual, wanted, rtol=0, atol=1e-4)


if __name__ == "__main__":
    if sys.argv[1] == "--check":
        check(pathlib.Path(sys.argv[2]))
    else:
        convert(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
