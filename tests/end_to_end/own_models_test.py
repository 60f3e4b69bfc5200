# SPDX-License-Identifier: Apache-2.0
"""Models of a user's own, from a card and a file to boxes, vectors and people. The nets are made up
(small_nets.py): their faces are red squares, their vectors the colour of the square."""

import hashlib
import json
import os
import re
import sqlite3
import struct
import unittest

import small_nets
from albumen_program import ProgramTest, png_of

# The nets' input; pictures are twice as large, so a face of one cell has 64 pixels.
SIDE = 320
SQUARE = 2 * small_nets.FACE_STRIDE
WIDTH, HEIGHT = 640, 480
GREY, BLUE = (128, 128, 128), (0, 40, 250)
RED, BRICK, YELLOW = (250, 0, 0), (250, 90, 0), (250, 230, 0)

DOCUMENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "models.md")

DETECTOR = """
name = "{name}"
role = "face-detector"
format = "onnx"
layout = "{layout}"
package = "made by a test"
min_score = 0.7
[licence]
name = "Apache-2.0"
from = "a test"
[[files]]
name = "{file}"
sha256 = "{sha256}"
bytes = {bytes}
[input]
width = {side}
height = {side}
channels = "{channels}"
mean = {mean}
scale = {scale}
"""

EMBEDDER = """
name = "{name}"
role = "face-embedder"
format = "onnx"
layout = "embedding"
package = "made by a test"
[licence]
name = "Apache-2.0"
from = "a test"
[[files]]
name = "{file}"
sha256 = "{sha256}"
bytes = {bytes}
[input]
width = 112
height = 112
channels = "rgb"
mean = [127.5, 127.5, 127.5]
scale = [127.5, 127.5, 127.5]
[alignment]
chip_side = 112
points = {points}
[comparison]
dimensions = {dimensions}
metric = "cosine"
same_person = {same_person}
eps = [0.6, 1.1]
"""

LAYOUTS = {
    "yunet": {"channels": "bgr", "mean": [0, 0, 0], "scale": [1, 1, 1]},
    "scrfd": {"channels": "rgb", "mean": [127.5] * 3, "scale": [128] * 3},
}


def squares_png(squares):
    """A grey picture with a square of `colour` at each (column, row) of a grid of squares."""
    lines = [bytearray(bytes(GREY) * WIDTH) for _ in range(HEIGHT)]
    for (column, row), colour in squares.items():
        for y in range(row * SQUARE, (row + 1) * SQUARE):
            lines[y][3 * column * SQUARE:3 * (column + 1) * SQUARE] = bytes(colour) * SQUARE
    return png_of(WIDTH, HEIGHT, lines)


def cosine(one, other):
    return sum(a * b for a, b in zip(one, other))


class OwnModelsTest(ProgramTest):
    """A model store of its own, and pictures with squares in them."""

    def setUp(self):
        super().setUp()
        self.environment["XDG_CACHE_HOME"] = self.path("cache")
        os.mkdir(self.path("nets"))
        self.colours = small_nets.colour_weights(512, seed=1)

    def write_model(self, net, card, **values):
        """The file and its card; their paths."""
        file = self.path("nets", values["name"] + ".onnx")
        with open(file, "wb") as out:
            out.write(net)
        fields = {"file": os.path.basename(file), "sha256": hashlib.sha256(net).hexdigest(),
                  "bytes": len(net)}
        fields.update(values)
        path = self.path("nets", values["name"] + ".toml")
        with open(path, "w", encoding="utf-8") as out:
            out.write(card.format(**fields))
        return file, path

    def install(self, file, card, expect=0):
        return self.run_program("models", "install", file, "--card", card, expect=expect)

    def write_detector(self, layout="yunet", net=None, **values):
        made = {"yunet": small_nets.yunet, "scrfd": small_nets.scrfd}[layout](SIDE)
        values = {"name": f"small-{layout}", "layout": layout, "side": SIDE, **LAYOUTS[layout],
                  **values}
        return self.write_model(net or made, DETECTOR, **values)

    def write_embedder(self, name="colour", weights=None, batch="None", **values):
        weights = weights or self.colours
        values = {"dimensions": len(weights[0]), "same_person": 0.3,
                  "points": [value for point in small_nets.TEMPLATE for value in point], **values}
        return self.write_model(small_nets.arcface(weights, batch), EMBEDDER, name=name, **values)

    def write_squares(self):
        self.write("a.png", squares_png({(1, 1): RED, (7, 5): YELLOW, (4, 2): BLUE}))
        self.write("b.png", squares_png({(3, 4): BRICK, (8, 0): YELLOW}))
        self.write("c.png", squares_png({(5, 3): BLUE}))
        self.write("d.png", squares_png({(9, 6): RED}))

    def index_faces(self, detector="small-yunet", embedder="colour", flags=(), expect=0):
        done = self.run_program("--json", "index", "--analyzers", "faces", "--precision", "f32",
                                "--least-faces", "1", "--detector", detector, "--embedder",
                                embedder, *flags, self.pictures, expect=expect)
        return json.loads(done.stdout.splitlines()[-1])["summary"]

    def faces(self):
        """The exported faces by picture."""
        rows = map(json.loads, self.export().splitlines())
        return {os.path.basename(row["path"]): row["faces"] for row in rows}

    def vectors(self, embedder):
        """The unit vectors of `embedder` in the library, by (picture, index)."""
        database = sqlite3.connect(self.library)
        rows = database.execute(
            "SELECT path, face_index, vector FROM faces JOIN analyzers USING (analyzer_key) "
            "JOIN files USING (picture_key) WHERE parameters LIKE ?",
            (f"%;embedder={embedder};%",)).fetchall()
        database.close()
        return {(os.path.basename(os.fsdecode(path)), index):
                struct.unpack(f"<{len(vector) // 2}e", vector) for path, index, vector in rows}

    def people_by_colour(self):
        """Who has which squares: for each person the sorted places of the faces."""
        people = {}
        for name, faces in self.faces().items():
            for face in faces:
                self.assertIsNotNone(face["person"])
                place = f"{name[0]}{int(face['box'][0]) // SQUARE}{int(face['box'][1]) // SQUARE}"
                people.setdefault(face["person"], []).append(place)
        return sorted(sorted(places) for places in people.values())


class Detectors(OwnModelsTest):
    def expect_boxes(self, layout, score):
        self.install(*self.write_detector(layout))
        self.install(*self.write_embedder())
        self.write_squares()
        summary = self.index_faces(detector=f"small-{layout}")
        self.assertEqual((summary["done"], summary["failed"]), (4, {}))
        found = self.faces()
        boxes = {name: [face["box"] for face in faces] for name, faces in found.items()}
        at = lambda column, row: [column * SQUARE, row * SQUARE, SQUARE, SQUARE]
        self.assertEqual(boxes, {"a.png": [at(1, 1), at(7, 5)], "b.png": [at(8, 0), at(3, 4)],
                                 "c.png": [], "d.png": [at(9, 6)]})
        face = found["a.png"][1]
        self.assertAlmostEqual(face["score"], score, places=3)
        for index, (x, y) in enumerate(face["landmarks"]):
            self.assertAlmostEqual(x, (7 + small_nets.POINTS[2 * index]) * SQUARE, delta=0.1)
            self.assertAlmostEqual(y, (5 + small_nets.POINTS[2 * index + 1]) * SQUARE, delta=0.1)

    def test_a_net_of_yunets_layout_finds_what_it_must(self):
        self.expect_boxes("yunet", (250 / 255) ** 0.5)  # of class and object

    def test_a_net_of_scrfds_layout_finds_what_it_must(self):
        self.expect_boxes("scrfd", 250 / 255)

    def test_options_that_a_detector_cannot_heed_are_refused_by_name(self):
        # They did nothing, and --min-face had everything done again for it.
        self.install(*self.write_embedder())
        self.write_squares()
        for layout in LAYOUTS:
            self.install(*self.write_detector(layout))
            for flags in (("--thorough",), ("--min-face", "40")):
                done = self.run_program("index", "--detector", f"small-{layout}", "--embedder",
                                        "colour", *flags, self.pictures, expect=2)
                self.assertIn(flags[0].encode(), done.stderr)
                self.assertIn(f"small-{layout}".encode(), done.stderr)
            summary = self.index_faces(f"small-{layout}", flags=("--min-face", "20"))
            self.assertEqual(summary["done"], 4)  # the default asks for nothing

    def test_two_detectors_findings_stand_beside_each_other(self):
        self.install(*self.write_embedder())
        self.write_squares()
        for layout in LAYOUTS:
            self.install(*self.write_detector(layout))
            self.index_faces(detector=f"small-{layout}")
        self.assertEqual(len(self.faces()["b.png"]), 2)
        self.assertEqual(self.index_faces(detector="small-yunet")["unchanged"], 4)

    def test_what_another_detector_looked_at_alone_is_not_passed_over_in_silence(self):
        # People of a folder were gone after another one was indexed with --thorough.
        self.install(*self.write_embedder())
        self.write_squares()
        for layout in LAYOUTS:
            self.install(*self.write_detector(layout))
        first, second = (f"small-{layout}" for layout in LAYOUTS)
        self.assertEqual(self.index_faces(detector=first)["left_behind"], 0)
        one = os.path.join(self.pictures, "a.png")
        done = self.run_program("index", "--analyzers", "faces", "--precision", "f32",
                                "--detector", second, "--embedder", "colour", one)
        self.assertIn(b"nobody is on 2 pictures", done.stderr)
        regrouped = self.run_program("--json", "people", "regroup")
        self.assertEqual(json.loads(regrouped.stdout)["left_behind"], 2)  # c.png has no face
        self.assertEqual(self.index_faces(detector=second)["left_behind"], 0)


class Embedders(OwnModelsTest):
    REDS, YELLOWS = ["a11", "b34", "d96"], ["a75", "b80"]

    def setUp(self):
        super().setUp()
        self.install(*self.write_detector())
        self.write_squares()

    def expect_vectors(self):
        vectors = self.vectors("colour")
        self.assertEqual({len(vector) for vector in vectors.values()}, {512})
        for key, colour in {("a.png", 0): RED, ("a.png", 1): YELLOW, ("b.png", 0): YELLOW,
                            ("b.png", 1): BRICK, ("d.png", 0): RED}.items():
            expected = small_nets.vector_of(colour, self.colours)
            self.assertGreater(cosine(vectors[key], expected), 0.9999, key)

    def test_chips_are_cut_normalised_and_compared_as_the_card_says(self):
        self.install(*self.write_embedder())
        self.index_faces()
        self.expect_vectors()
        # Red and brick are 0.09 apart, more than the built-in embedder's 0.065; yellow is 0.4 off.
        self.assertEqual(self.people_by_colour(), [self.REDS, self.YELLOWS])
        # What the people commands group by is the same card.
        self.run_program("people", "regroup", "--least-faces", "1")
        self.assertEqual(self.people_by_colour(), [self.REDS, self.YELLOWS])
        self.run_program("people", "name", self.faces()["a.png"][0]["person"], "Red")
        self.assertEqual(self.people_by_colour(), [self.REDS, self.YELLOWS])
        self.run_program("people", "regroup", "--least-faces", "1", "--method", "dbscan", "--eps",
                         "0.7", "--min-samples", "1")
        self.assertEqual(self.people_by_colour(), [self.REDS, self.YELLOWS])
        refused = self.run_program("people", "regroup", "--method", "dbscan", "--eps", "0.33",
                                   expect=2)
        self.assertIn(b"colour", refused.stderr)

    def test_a_file_made_for_one_sample_at_a_time_works_too(self):
        self.install(*self.write_embedder(batch=1))
        self.index_faces()
        self.expect_vectors()

    def test_faces_of_several_pictures_may_share_a_run(self):
        self.install(*self.write_embedder())
        self.index_faces()
        exported, vectors = self.export(), self.vectors("colour")
        for flags in (("--threads", "1"), ("--threads", "4")):
            os.remove(self.library)
            self.index_faces(flags=("--inference-batch", "4", *flags))
            self.assertEqual(self.export(), exported)
            self.assertEqual(self.vectors("colour"), vectors)

    def test_two_embedders_findings_do_not_mix(self):
        # To the second embedder, yellow is red: it does not see green.
        blind = small_nets.colour_weights(64, seed=2, channels=(1.0, 0.0, 1.0))
        self.install(*self.write_embedder())
        self.install(*self.write_embedder("no-green", blind))
        self.write("a.png", squares_png({(1, 1): RED}))
        self.write("b.png", squares_png({(8, 0): YELLOW}))
        self.index_faces()
        apart = [["a11", "d96"], ["b80"]]
        self.assertEqual(self.people_by_colour(), apart)
        self.assertEqual(self.index_faces(embedder="no-green")["done"], 4)
        self.assertEqual(self.people_by_colour(), [["a11", "b80", "d96"]])
        self.assertEqual({len(vector) for vector in self.vectors("no-green").values()}, {64})
        # Back to the first: everything is there still, nothing is done again.
        summary = self.index_faces()
        self.assertEqual((summary["done"], summary["unchanged"]), (0, 4))
        self.assertEqual(self.people_by_colour(), apart)
        self.assertEqual({len(vector) for vector in self.vectors("colour").values()}, {512})


class Store(OwnModelsTest):
    def expect_refusal(self, file, card, *words):
        done = self.install(file, card, expect=5)
        for word in words:
            self.assertIn(word.encode(), done.stderr)
        self.assertEqual(done.stdout, b"")

    def listed(self):
        done = self.run_program("--json", "models", "list")
        return {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}

    def test_list_and_verify_know_what_was_installed(self):
        done = self.install(*self.write_detector())
        self.assertIn(b"run once", done.stdout)
        self.install(*self.write_embedder())
        models = self.listed()
        self.assertEqual(sorted(models), ["colour", "small-yunet"])
        self.assertEqual(models["small-yunet"]["role"], "face-detector")
        self.assertEqual(models["colour"]["role"], "face-embedder")
        self.assertEqual(models["colour"]["licence"], "Apache-2.0")
        # It printed what `list` does, from which nobody could tell that all was well.
        done = self.run_program("models", "verify")
        self.assertRegex(done.stdout.decode(), r"^colour +unaltered: 3 files, .*\n"
                                               r"small-yunet +unaltered: 3 files, .*\n$")
        done = self.run_program("--json", "models", "verify")
        self.assertEqual([json.loads(line)["checked"] for line in done.stdout.splitlines()],
                         ["unaltered"] * 2)
        weights = os.path.join(models["colour"]["directory"], "colour.bin")
        with open(weights, "r+b") as file:
            file.seek(40)
            file.write(b"\x5a\x5a")
        done = self.run_program("models", "verify", expect=1)
        self.assertIn(b"colour.bin", done.stdout)
        self.assertIn(b"unaltered", done.stdout)  # the other one

    def test_a_wrong_card_names_the_field_and_changes_nothing(self):
        self.install(*self.write_detector())
        digest = self.listed()["small-yunet"]["digest"]
        file, path = self.write_detector()
        with open(path, encoding="utf-8") as card:
            good = card.read()
        for old, new, words in (('"face-detector"', '"face-finder"', "role must be one of"),
                                ('layout = "yunet"', 'layout = "retina"', "layout must be one of"),
                                ("min_score = 0.7", "min_score = 7", "min_score"),
                                ("min_score = 0.7", "least_score = 0.7", "min_score is missing"),
                                (f"width = {SIDE}", "width = 300", "multiples of 32"),
                                (f"height = {SIDE}", "", "input.height is missing"),
                                ("[licence]", "[license]", "licence"),
                                ("bytes = ", "size = ", "bytes is missing"),
                                ('role = "face-detector"', "role = = 1", "line 3")):
            with open(path, "w", encoding="utf-8") as card:
                card.write(good.replace(old, new))
            self.expect_refusal(file, path, "small-yunet.toml", words)
        self.assertEqual(self.listed()["small-yunet"]["digest"], digest)

    def test_a_file_that_is_not_the_cards_is_refused(self):
        file, path = self.write_detector(sha256="0" * 64)
        with open(file, "rb") as net:
            found = hashlib.sha256(net.read()).hexdigest()
        self.expect_refusal(file, path, "small-yunet.onnx", "expected sha256 " + "0" * 64, found)
        self.expect_refusal(*self.write_detector(bytes=17), "small-yunet.onnx", "17")
        os.remove(file)
        self.expect_refusal(*self.write_detector(file="gone.onnx"), "gone.onnx")
        self.assertEqual(self.listed(), {})

    def test_a_file_that_is_no_net_is_refused(self):
        self.expect_refusal(*self.write_detector(net=b"<html>no such model</html>"),
                            "small-yunet.onnx")
        self.assertEqual(self.listed(), {})

    def test_a_net_whose_outputs_do_not_fit_the_card_is_refused_with_what_it_has(self):
        self.expect_refusal(*self.write_detector("scrfd", net=small_nets.yunet(SIDE)),
                            "small-scrfd", "cls_8 [1,1600,1]")
        self.expect_refusal(*self.write_detector("yunet", net=small_nets.scrfd(SIDE)),
                            "small-yunet", "cls_8", "443 [3200,1]")
        self.expect_refusal(*self.write_embedder(dimensions=128), "colour", "128", "683 [1,512]")
        self.expect_refusal(*self.write_detector(net=small_nets.arcface(self.colours)),
                            "small-yunet")
        # Right in every number but with nothing to compare: a vector of zeros.
        self.expect_refusal(*self.write_embedder(weights=[[0.0] * 512] * 3), "zeros")
        self.assertEqual(self.listed(), {})

    def test_a_model_is_used_for_what_it_is(self):
        self.install(*self.write_detector())
        self.install(*self.write_embedder())
        self.write_squares()
        unknown = self.run_program("index", "--detector", "nothing", self.pictures, expect=3)
        self.assertIn(b'"nothing" is not installed', unknown.stderr)
        for detector, embedder in (("colour", "colour"), ("small-yunet", "small-yunet")):
            self.run_program("index", "--detector", detector, "--embedder", embedder, self.pictures,
                             expect=2)


class Document(OwnModelsTest):
    """The cards in docs/models.md, with made-up nets of the same outputs."""

    def test_every_card_installs_when_its_file_is_there(self):
        with open(DOCUMENT, encoding="utf-8") as file:
            cards = re.findall(r"```toml\n(.*?)```", file.read(), re.DOTALL)
        self.assertGreaterEqual(len(cards), 3)
        layouts = set()
        for text in cards:
            value = lambda key: re.search(rf'^{key} = "?([^"\n]*)"?$', text, re.MULTILINE)[1]
            layouts.add(value("layout"))
            if value("layout") == "embedding":
                net = small_nets.arcface(small_nets.colour_weights(int(value("dimensions")), 3))
            else:
                net = getattr(small_nets, value("layout"))(int(value("width")))
            text = re.sub(r'sha256 = "[0-9a-f]{64}"',
                          f'sha256 = "{hashlib.sha256(net).hexdigest()}"', text)
            text = re.sub(r"bytes = \d+", f"bytes = {len(net)}", text)
            file_name = re.search(r'^name = "(.*\.onnx)"$', text, re.MULTILINE)[1]
            with open(self.path("nets", file_name), "wb") as out:
                out.write(net)
            card = self.path("nets", "card.toml")
            with open(card, "w", encoding="utf-8") as out:
                out.write(text)
            self.install(self.path("nets", file_name), card)
        self.assertEqual(layouts, {"yunet", "scrfd", "embedding"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
