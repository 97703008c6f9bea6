"""The page's script, outside a page: its modules, and what it shares with the kernel."""

import base64
import json
import re
import shutil
import subprocess
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lecture11.explore.page import SHARED, module, order, script, style, widget_module
from lecture11.explore.translator import draw, encode
from lecture11.explore.widget import packed, unpacked
from lecture11.figures.still import draw_mark, panels_of
from lecture11.figures.style import CLASS_COLOURS
from tests.explore.everything import MARKS, declare
from tests.explore.test_lab import State

FORMATS = json.loads(Path(__file__).with_name("formats.json").read_text("utf-8"))
FILES = sorted(
    path.name
    for path in resources.files("lecture11.explore.page").iterdir()
    if path.name.endswith(".js")
)
node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not on this machine")


def in_node(modules: str, body: str) -> Any:
    """What the body returns, as JSON, with these modules' functions at hand."""
    text = f"{script(modules)}\nconsole.log(JSON.stringify((() => {{\n{body}\n}})()));"
    command = ["node", "--input-type=module", "-"]
    ended = subprocess.run(command, input=text, text=True, capture_output=True, encoding="utf-8")
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@node
def test_the_joined_script_is_a_module_without_imports(tmp_path: Path):
    whole = {name: widget_module(f"{name}.js") for name in ("widget", "living")}
    for name, text in (whole | {"static": script("static.js")}).items():
        file = tmp_path / f"{name}.mjs"
        file.write_text(text, "utf-8")
        subprocess.run(["node", "--check", file], check=True, capture_output=True)
        assert not re.search(r"^\s*import ", text, re.MULTILINE)


def test_every_module_is_joined_and_small():
    joined = {*order("static.js"), *order("widget.js")}
    assert joined == {*FILES, "shared.js"}
    lengths = {
        name: len((resources.files("lecture11.explore.page") / name).read_text("utf-8").split("\n"))
        for name in FILES
    }
    assert max(lengths.values()) <= 201, lengths


def test_nothing_is_fetched_and_no_markup_is_made_from_text():
    for name in FILES:
        text = (resources.files("lecture11.explore.page") / name).read_text("utf-8")
        found = re.findall(
            r"innerHTML|insertAdjacentHTML|document\.write|fetch\(|https?://\S+", text
        )
        assert set(found) <= {'http://www.w3.org/2000/svg";'}, name


@node
def test_the_page_writes_numbers_as_the_kernel_does():
    body = f"""const special = {{ inf: Infinity, "-inf": -Infinity, nan: NaN }};
        return {json.dumps(FORMATS)}.map(
            ([form, value]) => formatted(special[value] ?? Number(value), form));"""
    assert in_node("numbers.js", body) == [text for _, _, text in FORMATS]


@node
def test_the_page_says_the_same_sentences():
    body = """const values = { cycle: { data: [3], shape: [] }, kind: { data: [1, 7], shape: [2] },
            means: { data: [1, -2.5, 0, 4], shape: [2, 2] }, stuck: { data: [1, 0], shape: [2] } };
        const sentence = (text, when = null) => ({ text, when });
        return wordsOf([sentence("{cycle:d} at {means[0,1]:.1f}."), sentence("x", ["stuck", true]),
            sentence("y", ["stuck", false]), sentence("{kind[0]:kinds} {kind[1]:kinds}")],
            values, { kinds: ["minimum", "saddle"] });"""
    assert in_node("numbers.js", body) == "3 at −2.5. y saddle undefined"


@node
def test_a_state_is_read_and_sent_in_the_same_bytes():
    state = State(
        np.array([[0.5, -0.0], [np.inf, np.nan]]), np.float64(2), np.int32(-3), np.int32(7)
    )
    sent = list(packed(state))
    body = f"return [...packed(unpacked(Uint8Array.from({sent})))];"
    back = unpacked(bytes(in_node("arrays.js", body)))
    for name, sent_one in state._asdict().items():
        assert sent_one.tobytes() == back[name].tobytes()


@node
def test_ticks_are_round_and_inside():
    body = "return [linearTicks(-1200, -350, 5), linearTicks(0, 1, 4), logTicks(0.2, 5)];"
    assert in_node("panel.js", body) == [
        [-1200, -1000, -800, -600, -400],
        [0, 0.5, 1],
        [0.2, 0.5, 1, 2, 5],
    ]


ENGINE = """
const spec = {
    fields: [{ name: "places", shape: ["n", 2] }, { name: "noise", shape: ["n"], noise: "normal" },
        { name: "seed", shape: [] }],
    prepare: [{ name: "slowly", fields: ["places"], makes: ["slowly"], slow: true }],
    given: ["places", "noise", "seed", "slowly"], seen: ["sum", "noise"],
    named: ["double", "reseed"], then: { n: "double" } };
const one = (x) => ({ data: Float64Array.of(x), shape: [] });
let prepared = 0;
const functions = {
    view: ([places, , , slowly]) =>
        [one(places.data.reduce((a, b) => a + b, 0) + slowly.data[0]), one(-1)],
    prepare_0: ([places]) => (prepared++, [one(100 * places.data[0])]),
    move_0: ([places, noise, seed]) => [{ data: places.data.map((x) => 2 * x) }, noise, seed],
    move_1: ([places, noise, seed]) => [places, noise, { data: Int32Array.of(seed.data[0] + 1) }] };
const start = { places: { data: Float64Array.of(1, 2, 3, 4), shape: [2, 2] },
    noise: { data: new Float64Array(2), shape: [2] }, seed: { data: Int32Array.of(5), shape: [] } };
const engine = new Engine(spec, functions, start);
const sum = () => engine.values.sum.data[0];
"""


@node
def test_the_engine_prepares_what_is_due_and_what_is_slow_at_rest():
    body = (
        ENGINE
        + """
        const seen = [sum(), prepared];
        engine.state.places.data[0] = 2; engine.follow("places", true); engine.look(true);
        seen.push(sum(), prepared); engine.look(); seen.push(sum(), prepared);
        engine.move("double"); engine.look(); seen.push(sum(), prepared);
        engine.move("reseed"); engine.look(); seen.push(prepared);
        return seen;"""
    )
    assert in_node("engine.js", body) == [110, 1, 111, 1, 211, 2, 422, 3, 3]


@node
def test_the_engine_prepares_nothing_that_the_kernel_has_sent():
    arrays = {"places": np.array([[1.0, 2.0], [3.0, 4.0]]), "slowly": np.float64(100)}
    known = base64.b64encode(packed(arrays)).decode()
    body = (
        ENGINE.replace('then: { n: "double" }', f'then: {{ n: "double" }}, known: "{known}"')
        + """
        const seen = [sum(), prepared];
        engine.state.places.data[0] = 2; engine.follow("places"); engine.look();
        seen.push(sum(), prepared);
        engine.load(start); engine.look(); seen.push(sum(), prepared);
        return seen;"""
    )
    assert in_node("engine.js", body) == [110, 0, 211, 1, 110, 1]


@node
def test_the_engine_resizes_and_draws_the_kernels_noise():
    body = (
        ENGINE
        + """
        engine.resize("n", 3); engine.follow("n"); engine.look();
        const first = [...engine.state.noise.data];
        engine.move("reseed");
        const { places, noise } = engine.state;
        return [[...places.data], places.shape, sum(), first, [...noise.data]];"""
    )
    places, shape, total, first, second = in_node("engine.js", body)
    assert (places, shape, total) == ([2, 4, 6, 8, 0, 0], [3, 2], 220)
    for numbers, seed in ((first, 5), (second, 6)):
        drawn = draw("normal", (3,), seed=seed, counter=1)
        np.testing.assert_allclose(numbers, drawn, rtol=1e-13)


STUBS = """
const pen = new Proxy({}, { get: (kept, name) => kept[name] ?? (() => ({ data: [] })) });
globalThis.document = { createElement: () => ({ getContext: () => pen }) };
const panel = { pen, x: Number, y: Number, box: { left: 0, top: 0, width: 4, height: 4 },
    spec: { x: [0, 4], y: [0, 4] } };
const theme = { palette: Array(10).fill("#000000"), mix: Array(10).fill([0, 0, 0]), paper: "#fff" };
"""


@node
def test_the_page_draws_as_many_parts_of_each_mark_as_the_still():
    lab = declare()
    values = lab.values(lab.state)
    _, axes = panels_of(lab.scene)
    expected = [draw_mark(axes[mark.on], mark, values, lab.lists) for mark in MARKS]
    sent = json.dumps({name: encode(array) for name, array in values.items()})
    marks = json.dumps([mark.spec() for mark in MARKS])
    body = f"""{STUBS}
        const values = {sent};
        for (const name in values) values[name] = decode(values[name]);
        const lists = {json.dumps(lab.lists)};
        return {marks}.map((mark) => drawMark(mark, values, panel, theme, lists));"""
    assert in_node("widget.js", body) == expected


@pytest.mark.skipif(shutil.which("tsc") is None, reason="TypeScript is not on this machine")
def test_types_in_comments_hold(tmp_path: Path):
    for name in FILES:
        (tmp_path / name).write_text(module(name), "utf-8")
    shared = f"// @ts-nocheck\n{module('shared.js')}\nexport {{ {', '.join(SHARED)} }};"
    (tmp_path / "shared.js").write_text(shared, "utf-8")
    how = ["--noEmit", "--allowJs", "--checkJs", "--strict", "--target", "es2022"]
    how += [
        "--module",
        "esnext",
        "--moduleResolution",
        "bundler",
        "--lib",
        "es2022,dom,dom.iterable",
    ]
    ended = subprocess.run(["tsc", *how, *FILES], cwd=tmp_path, capture_output=True, text=True)
    assert ended.stdout == ""


def test_the_light_colours_are_those_of_the_stills():
    light = style().partition("@media")[0]
    colours = re.findall(r"--colour-\d: (#\w{6});", light)
    assert colours == [colour.lower() for colour in CLASS_COLOURS]
