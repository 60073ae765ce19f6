"""The words of the studio's page, in both languages."""

import re
from pathlib import Path

from mit_core.studio.words import words

STATIC = Path(__file__).parents[2] / "mit_core/studio/static"


def test_both_languages_have_the_same_words_and_gaps() -> None:
    english, korean = words("en"), words("ko")
    assert list(english) == list(korean)
    gaps = {key: set(re.findall(r"\{(\w+)\}", said)) for key, said in english.items()}
    assert gaps == {key: set(re.findall(r"\{(\w+)\}", said)) for key, said in korean.items()}
    assert all(said.strip() for said in (*english.values(), *korean.values()))
    assert sum(bool(re.search("[가-힣]", said)) for said in korean.values()) > 0.9 * len(korean)


def test_no_sentence_of_the_page_is_outside_of_its_words() -> None:
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    asked = set(re.findall(r'data-word(?:-label)?="([^"]+)"', page))
    code = "".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.js"))
    for call in re.findall(r"\bword\(([^()]*)", code):
        asked |= {key for key in re.findall(r'"([\w.-]+)"', call) if "." in key or key == "yes"}
    asked |= set(re.findall(r'(?:tell\(|key = |said = )"([\w.-]+)"', code))
    assert asked <= set(words()), asked - set(words())
    # letters between tags: none but the languages' own names
    bare = re.sub(r"<option[^>]*lang=.*?</option>|<title>.*?</title>|\{\{.*?\}\}", "", page)
    left = re.findall(r">([^<>]*[A-Za-z가-힣][^<>]*)<", bare)
    assert [part for part in left if part.strip()] == []
    # every word is asked for by somebody
    server = "".join(path.read_text() for path in STATIC.parent.glob("*.py"))
    made = re.compile(
        r"^(error|part|group|from|head|blinks|renderer|theme|tab|speech|portrait|upload)\."
    )
    unasked = {key for key in words() if key not in page + code + server and not made.match(key)}
    assert unasked == set()
