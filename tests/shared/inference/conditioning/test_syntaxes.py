"""Each prompt syntax, as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.errors import InvalidRequestError
from shared.engine.prompt_tags import LoraTag, take_tags
from shared.inference.conditioning.choices import choose, has_choices
from shared.inference.conditioning.compel import parse_compel
from shared.inference.conditioning.emphasis import parse_emphasis
from shared.inference.conditioning.prompts import parse
from shared.inference.conditioning.scheduling import parse_script, text_at
from shared.inference.conditioning.words import Part, Words


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a cat", [("a cat", 1)]),
        ("", [("", 1)]),
        ("a (cat) sat", [("a ", 1), ("cat", 1.1), (" sat", 1)]),
        ("((cat))", [("cat", 1.21)]),
        ("[cat]", [("cat", 1 / 1.1)]),
        ("(cat:1.3)", [("cat", 1.3)]),
        ("(a (b:2) c:1.5)", [("a ", 1.5), ("b", 3), (" c", 1.5)]),
        ("(cat:.5)", [("cat", 0.5)]),
        (r"a \(cat\)", [("a (cat)", 1)]),
        (r"\[x\] \\", [(r"[x] " + "\\", 1)]),
        ("a (cat", [("a ", 1), ("cat", 1.1)]),
        ("a cat)", [("a cat)", 1)]),
        ("time: 12:30)", [("time: 12:30)", 1)]),
        ("([a)]", [("a", 1)]),
        ("BREAKFAST", [("BREAKFAST", 1)]),
    ],
)
def test_weights_are_read_as_a1111_reads_them(prompt: str, expected: list[tuple[str, float]]) -> None:
    words = parse_emphasis(prompt)

    assert [run.text for run in words] == [text for text, _ in expected]
    assert [run.weight for run in words] == pytest.approx([weight for _, weight in expected])


@given(st.text(alphabet="ab ()[]:\\1.BREAK", max_size=40))
def test_any_text_is_a_prompt_and_without_signs_nothing_is_lost(prompt: str) -> None:
    words = parse_emphasis(prompt)

    assert words
    if not set(prompt) & set("()[]\\") and "BREAK" not in prompt:
        assert words == [Words(prompt)]


def test_a_plain_prompt_means_what_it_says() -> None:
    assert parse("(a:1.3) BREAK [b]", "plain") == (Part((Words("(a:1.3) BREAK [b]"),)),)


@pytest.mark.parametrize(
    ("prompt", "of_steps"),
    [
        ("a cat", ["a cat"] * 4),
        ("[cat:dog:0.5]", ["cat", "cat", "dog", "dog"]),
        ("[cat:dog:1]", ["cat", "dog", "dog", "dog"]),
        ("[cat:dog:1.0]", ["cat"] * 4),
        ("[dog:0.25]", ["", "dog", "dog", "dog"]),
        ("[cat::3]", ["cat", "cat", "cat", ""]),
        ("[cat|dog]", ["cat", "dog", "cat", "dog"]),
        ("[a|b|]", ["a", "b", "", "a"]),
        ("[(cat:1.2):dog:2]", ["(cat:1.2)", "(cat:1.2)", "dog", "dog"]),
        ("[[a:b:1]:c:2]", ["a", "b", "c", "c"]),
        ("[cat]", ["[cat]"] * 4),
        ("[a:b:c]", ["[a:b:c]"] * 4),
        ("[a", ["[a"] * 4),
        (r"\[a|b\]", [r"\[a|b\]"] * 4),
        ("(a [b|c]:1.2)", ["(a b:1.2)", "(a c:1.2)"] * 2),
    ],
)
def test_a1111s_changing_prompts(prompt: str, of_steps: list[str]) -> None:
    script = parse_script(prompt)

    assert [text_at(script, step, 4) for step in range(4)] == of_steps


@given(st.text(alphabet="ab[]|:()1.\\", max_size=30))
def test_any_text_is_a_script(prompt: str) -> None:
    script = parse_script(prompt)

    texts = [text_at(script, step, 3) for step in range(3)]
    if not set(prompt) & set("[]"):
        assert texts == [prompt] * 3


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a cat", [("a cat", 1)]),
        ("a cat+", [("a ", 1), ("cat", 1.1)]),
        ("cat++, dog--", [("cat", 1.21), (", ", 1), ("dog", 0.81)]),
        ("(a cat)1.3 sat", [("a cat", 1.3), (" sat", 1)]),
        ("(a (big)+ cat)2", [("a ", 2), ("big", 2.2), (" cat", 2)]),
        ("(a cat)", [("a cat", 1)]),
        ('"a cat"+ sat', [("a cat", 1.1), (" sat", 1)]),
        ("a well-known cat", [("a well-known cat", 1)]),
        (r"\(a\)+", [("(a)+", 1)]),
        ("", [("", 1)]),
    ],
)
def test_compels_weights(prompt: str, expected: list[tuple[str, float]]) -> None:
    (part,) = parse_compel(prompt)

    assert [run.text for run in part.words] == [text for text, _ in expected]
    assert [run.weight for run in part.words] == pytest.approx([weight for _, weight in expected])


@given(st.text(alphabet='ab ()"+-1.\\,', max_size=40))
def test_any_text_is_a_compel_prompt(prompt: str) -> None:
    assert parse_compel(prompt)


@pytest.mark.parametrize("prompt", ['("a", "b").blend(1)', '("a", "b").blend(1, -1)'])
def test_weights_that_can_not_be_are_told_in_words(prompt: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        parse_compel(prompt)
    assert caught.value.report.advice


@pytest.mark.parametrize(
    ("prompt", "possible"),
    [
        ("{a|b}", {"a", "b"}),
        ("x {a|{b|c}} y", {"x a y", "x b y", "x c y"}),
        ("{2$$a|b|c}", {"a, b", "b, a", "a, c", "c, a", "b, c", "c, b"}),
        ("{2$$ and $$a|b}", {"a and b", "b and a"}),
        ("{1-2$$a|b}", {"a", "b", "a, b", "b, a"}),
        ("{0::a|1::b}", {"b"}),
        ("{[a|b]|c}", {"[a|b]", "c"}),
        ("{plain}", {"{plain}"}),
        ("{a|b", {"{a|b"}),
        (r"\{a|b}", {r"\{a|b}"}),
        ("__animal__", {"cat", "dog", "wild cat", "wild dog"}),
    ],
)
def test_every_choice_is_made_by_some_seed_and_no_other(prompt: str, possible: set[str]) -> None:
    wildcards = {"animal": ("cat", "dog", "wild {cat|dog}", "", "# a comment")}

    assert {choose(prompt, str(seed), wildcards) for seed in range(200)} == possible
    assert has_choices(prompt) is (possible != {prompt})


def test_shares_make_some_choices_rarer() -> None:
    chosen = [choose("{9::a|1::b}", str(seed), {}) for seed in range(400)]

    assert 0.83 < chosen.count("a") / 400 < 0.96


@pytest.mark.parametrize(("prompt", "lines"), [("__there__", ()), ("__loop__", ("a __loop__",))])
def test_a_wildcard_that_leads_nowhere_is_told_in_words(prompt: str, lines: tuple[str, ...]) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        choose(prompt, "1", {"loop": lines})
    assert caught.value.report.advice


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("<lora:style>", LoraTag("style")),
        ("<lora:style:0.7>", LoraTag("style", 0.7, 0.7)),
        ("<lora:style:0.7:0.4>", LoraTag("style", 0.4, 0.7)),
        ("<lora:style:te=0.2:unet=0.9>", LoraTag("style", 0.9, 0.2)),
        ("<lyco:my style:-1>", LoraTag("my style", -1, -1)),
        ("<lora:style:much>", LoraTag("style")),
    ],
)
def test_tags_name_loras(tag: str, expected: LoraTag) -> None:
    assert take_tags(f"a cat, {tag}") == ("a cat,", [expected])


def test_what_is_no_tag_stays() -> None:
    assert take_tags("a < b > <x:y> <lora:>") == ("a < b > <x:y> <lora:>", [])
