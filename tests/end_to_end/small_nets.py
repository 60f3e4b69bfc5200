# SPDX-License-Identifier: Apache-2.0
"""Small ONNX nets with the outputs of YuNet, SCRFD and ArcFace, for the tests of users' own models.

Their "faces" are squares: a cell of the coarsest grid scores by how much more red than blue it is.
Their "vectors" are a fixed linear map of a chip's mean colour. So a test can say to the pixel which
boxes must come out, and to the digit which vectors. An ONNX file is a protocol buffer (onnx.proto3);
the few message fields that are needed are written by hand. Standard library only."""

import math
import random
import struct

STRIDES = (8, 16, 32)
FACE_STRIDE = STRIDES[-1]
# ArcFace's template in its chip of 112 pixels, pixel centres at +0.5.
CHIP_SIDE = 112
TEMPLATE = [(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655),
            (70.7299, 92.2041)]
TEMPLATE = [(x + 0.5, y + 0.5) for x, y in TEMPLATE]
# The five points of a square "face", as shares of its side: its chip is the inner 80 % of it.
POINTS = [0.1 + 0.8 * value / CHIP_SIDE for point in TEMPLATE for value in point]


def varint(number):
    out = bytearray()
    number &= (1 << 64) - 1
    while True:
        byte, number = number & 0x7F, number >> 7
        out.append(byte | (0x80 if number else 0))
        if not number:
            return bytes(out)


def field(number, value):
    """A field of a message: bytes, text and messages with their length, integers as they are."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


FLOAT, INT64 = 1, 7


def tensor(name, shape, values, kind=FLOAT):
    data = struct.pack(f"<{len(values)}{'f' if kind == FLOAT else 'q'}", *values)
    return (b"".join(field(1, side) for side in shape) + field(2, kind) + field(8, name) +
            field(9, data))


def integers(name, values):
    """The attribute `name` of a node: a list of integers."""
    return field(1, name) + b"".join(field(8, value) for value in values) + field(20, 7)


def integer(name, value):
    return field(1, name) + field(3, value) + field(20, 2)


def node(operation, inputs, output, *attributes):
    return (b"".join(field(1, name) for name in inputs) + field(2, output) + field(4, operation) +
            b"".join(field(5, attribute) for attribute in attributes))


def value_info(name, shape):
    """A text in `shape` is a side that is not known."""
    sides = b"".join(field(1, field(2 if isinstance(side, str) else 1, side)) for side in shape)
    return field(1, name) + field(2, field(1, field(1, FLOAT) + field(2, sides)))


class Net:
    """Nodes and their constants, then the file."""

    def __init__(self, input_name, input_shape):
        self.input = input_name
        self._input = value_info(input_name, input_shape)
        self._nodes, self._constants, self._outputs = [], [], []

    def constant(self, name, shape, values, kind=FLOAT):
        self._constants.append(tensor(name, shape, values, kind))
        return name

    def add(self, operation, inputs, output, *attributes):
        self._nodes.append(node(operation, inputs, output, *attributes))
        return output

    def output(self, name, shape):
        self._outputs.append(value_info(name, shape))

    def file(self):
        graph = (b"".join(field(1, one) for one in self._nodes) + field(2, "small") +
                 b"".join(field(5, one) for one in self._constants) + field(11, self._input) +
                 b"".join(field(12, one) for one in self._outputs))
        return field(1, 8) + field(7, graph) + field(8, field(2, 13))


def redness(net, stride, red, scale, anchors):
    """The grid of `stride`: how much more red than blue each cell is, 0..1, once for each anchor.
    `red` is the place of that channel, `scale` what the pixels were divided by."""
    area = stride * stride
    weights = [0.0] * (3 * area)
    for channel, sign in ((red, scale), (2 - red, -scale)):
        weights[channel * area:(channel + 1) * area] = [sign / (255.0 * area)] * area
    kernel = net.constant(f"kernel_{stride}", (anchors, 3, stride, stride), weights * anchors)
    cells = net.add("Conv", [net.input, kernel], f"cells_{stride}",
                    integers("strides", (stride, stride)))
    # To [1, height, width, anchors]: all anchors of a cell, then the next cell.
    return net.add("Transpose", [cells], f"grid_{stride}", integers("perm", (0, 2, 3, 1)))


def rows(net, source, name, shape):
    return net.add("Reshape", [source, net.constant(f"{name}_shape", (len(shape),), shape, INT64)],
                   name)


def fixed(net, hook, name, shape, values):
    """An output that is the same for every picture; OpenVINO wants it to hang on the input."""
    zero = net.add("Mul", [hook, net.constant(f"{name}_zero", (1,), [0.0])], f"{name}_nothing")
    net.add("Add", [zero, net.constant(f"{name}_values", shape, values)], name)
    net.output(name, shape)


def yunet(side):
    """As face_detection_yunet_2023mar.onnx: BGR, twelve named outputs [1, cells, n]."""
    net = Net("input", (1, 3, side, side))
    for stride in STRIDES:
        cells = (side // stride) ** 2
        score = rows(net, redness(net, stride, 2, 1.0, 1), f"cls_{stride}", (1, -1, 1))
        net.output(score, (1, cells, 1))
        # The class says "face" on every grid, the object only on the coarsest.
        there = 1.0 if stride == FACE_STRIDE else 0.0
        fixed(net, score, f"obj_{stride}", (1, cells, 1), [there] * cells)
        # Centre half a cell on, as wide and high as a cell.
        fixed(net, score, f"bbox_{stride}", (1, cells, 4), [0.5, 0.5, 0.0, 0.0] * cells)
        fixed(net, score, f"kps_{stride}", (1, cells, 10), POINTS * cells)
    return net.file()


def scrfd(side):
    """As det_500m.onnx: RGB, nine outputs [cells * 2, n] that only have numbers for names."""
    net = Net("input.1", (1, 3, "?", "?"))
    for place, stride in enumerate(STRIDES):
        count = 2 * (side // stride) ** 2
        score = rows(net, redness(net, stride, 0, 128.0, 2), f"red_{stride}", (-1, 1))
        there = net.constant(f"there_{stride}", (1,), [1.0 if stride == FACE_STRIDE else 0.0])
        name = str(443 + 25 * place)
        net.add("Mul", [score, there], name)
        net.output(name, (count, 1))
        # A cell to the right and down from its corner.
        fixed(net, score, str(446 + 25 * place), (count, 4), [0.0, 0.0, 1.0, 1.0] * count)
        fixed(net, score, str(449 + 25 * place), (count, 10), POINTS * count)
    return net.file()


def colour_weights(dimensions, seed, channels=(1.0, 1.0, 1.0)):
    """Rows for red, green and blue of the map from a mean colour to a vector."""
    rng = random.Random(seed)
    return [[share * rng.gauss(0, 1) for _ in range(dimensions)] for share in channels]


def arcface(weights, batch="None"):
    """As w600k_r50.onnx: RGB chips of 112, one output [N, n] that only has a number for a name."""
    dimensions = len(weights[0])
    net = Net("input.1", (batch, 3, CHIP_SIDE, CHIP_SIDE))
    means = net.add("GlobalAveragePool", [net.input], "means")
    if batch == 1:
        flat = rows(net, means, "flat", (1, 3))  # as files that know one sample only have it
    else:
        flat = net.add("Flatten", [means], "flat", integer("axis", 1))
    table = net.constant("table", (3, dimensions), [value for row in weights for value in row])
    net.add("MatMul", [flat, table], "683")
    net.output("683", (batch, dimensions))
    return net.file()


def vector_of(colour, weights):
    """What `arcface` must give for a chip of one colour, at mean and scale 127.5; of length 1."""
    share = [(value - 127.5) / 127.5 for value in colour]
    vector = [sum(part * row[place] for part, row in zip(share, weights))
              for place in range(len(weights[0]))]
    length = math.sqrt(sum(value * value for value in vector))
    return [value / length for value in vector]
