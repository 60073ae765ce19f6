"""README.ko.md says what README.md says: same headings, commands, names and figures."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENGLISH, KOREAN = (
    (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ko.md")
)
BLOCK = re.compile(r"^```\w*\n.*?^```$", re.M | re.S)
NUMBER = re.compile(r"(?<![\w.])(?:\d[\d,]*)?\.?\d+(?:e-\d+)?")
# What English says in words and Korean in figures.
IN_WORDS = {
    "half an hour": "30 minutes",
    "a quarter of an hour": "15 minutes",
    "under a minute": "under 1 minute",
    "Ten seconds": "10 seconds",
    "; two cores;": "; 2 cores;",
}


def sections(text: str) -> list[str]:
    return re.split(r"^#+ .*$", BLOCK.sub("", text), flags=re.M)


def rows(text: str) -> list[list[str]]:
    """Cells of every row of a table."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def spans(text: str) -> list[str]:
    found = re.findall(r"`([^`]+)`", BLOCK.sub("", text))
    return sorted(" ".join(span.split()) for span in found)


def test_headings() -> None:
    levels = [re.findall(r"^(#+) ", BLOCK.sub("", text), re.M) for text in (ENGLISH, KOREAN)]
    assert levels[0] == levels[1] and len(levels[0]) > 8


def test_commands_are_the_same() -> None:
    assert BLOCK.findall(ENGLISH) == BLOCK.findall(KOREAN)


def test_tables_have_the_same_numbers() -> None:
    english, korean = rows(ENGLISH), rows(KOREAN)
    assert [len(row) for row in english] == [len(row) for row in korean]
    for ours, theirs in zip(english, korean, strict=True):
        for one, other in zip(ours, theirs, strict=True):
            # in a sentence Korean may put them in another order
            assert sorted(NUMBER.findall(one)) == sorted(NUMBER.findall(other)), (one, other)


def test_sentences_have_the_same_numbers() -> None:
    english = ENGLISH
    for words, figure in IN_WORDS.items():
        english = re.sub(words.replace(" ", r"\s+"), figure, english)
    no_sentence = re.compile(r"^\|.*$|`[^`]+`|\[[^\]]*\]\(#[^)]*\)", re.M)
    for ours, theirs in zip(sections(english), sections(KOREAN), strict=True):
        found = [sorted(NUMBER.findall(no_sentence.sub("", text))) for text in (ours, theirs)]
        assert found[0] == found[1], theirs.strip()[:80]


def test_names_of_files_keys_and_programs_are_the_same() -> None:
    assert spans(ENGLISH) == spans(KOREAN)


def test_links_are_the_same() -> None:
    outside = [
        sorted(link for link in re.findall(r"\]\(([^)#]+)\)", text) if "README" not in link)
        for text in (ENGLISH, KOREAN)
    ]
    assert outside[0] == outside[1]


def test_it_is_korean_in_one_style() -> None:
    """Sentences end in the formal style throughout; words in code and names stay as they are."""
    prose = re.sub(r"`[^`]+`|\([^()]*\)", "", BLOCK.sub("", KOREAN))
    ends = re.findall(r"([가-힣]+)[.?!](?=\s|$)", prose)
    formal = [end for end in ends if re.search(r"(니다|십시오|습니까|니까)$", end)]
    assert len(ends) > 80
    assert [end for end in ends if end not in formal] == []
