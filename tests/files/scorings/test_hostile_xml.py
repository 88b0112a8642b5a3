"""XML of every kind that wants more than to be read, or is broken."""

import pytest

from sleepscorer.core.errors import ScoringError
from sleepscorer.files.scorings import read_scoring

ROOTS = (
    "PSGAnnotation", "CMPStudyConfig", "PatientStudy", "annotations", "annotationlist",
    "EventExport", "Events",
)  # fmt: skip


def refused(tmp_path, content):
    path = tmp_path / "night.xml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ScoringError) as raised:
        read_scoring(path)
    said = str(raised.value)
    assert "night.xml" in said
    assert "\n" not in said
    return said


@pytest.mark.parametrize("root", ROOTS)
def test_entities_are_refused(tmp_path, root):
    laughs = '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">'
    outside = '<!ENTITY c SYSTEM "file:///etc/hostname">'
    for entities in (laughs, outside):
        text = f"<!DOCTYPE x [{entities}]><{root}><rater>&c;</rater></{root}>"
        assert "it declares entities" in refused(tmp_path, text)


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("inside", ["<rater/>", "<rater/>" + "<a>" * 3000 + "</a>" * 3000])
def test_no_stages_are_no_scoring(tmp_path, root, inside):
    assert "holds no sleep stages" in refused(tmp_path, f"<{root}>{inside}</{root}>")


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("rest", ["", "<rater>", "</b>", "<rater/></{0}><{0}/>", "\x01<rater/>"])
def test_broken_xml_is_said(tmp_path, root, rest):
    text = f"<?xml version='1.0'?>\n<{root}><rater/>{rest.format(root)}"
    assert "the XML can't be read" in refused(tmp_path, text)


@pytest.mark.parametrize("encoding", ["UTF-16", "no-such-code", "ISO-8859-99", "windows-1252"])
def test_a_wrong_encoding_declared_does_not_matter(tmp_path, encoding):
    path = tmp_path / "night.xml"
    for text in (
        f'<?xml version="1.0" encoding="{encoding}"?><CMPStudyConfig><ScoredEvents><ScoredEvent>'
        "<Name>\u00dcbelkeit</Name><Start>3</Start></ScoredEvent></ScoredEvents><SleepStages>"
        "<SleepStage>2</SleepStage></SleepStages></CMPStudyConfig>",
    ):
        for real in ("utf-8", "latin-1"):
            path.write_bytes(text.encode(real))
            (event,) = read_scoring(path).events
            assert event.text == "\u00dcbelkeit"


def test_an_encoding_that_is_declared_is_read(tmp_path):
    path = tmp_path / "night.xml"
    text = (
        '<?xml version="1.0" encoding="euc-kr"?><CMPStudyConfig><ScoredEvents><ScoredEvent>'
        "<Name>\ud55c\uad6d</Name><Start>3</Start></ScoredEvent></ScoredEvents><SleepStages>"
        "<SleepStage>2</SleepStage></SleepStages></CMPStudyConfig>"
    )
    path.write_bytes(text.encode("euc-kr"))
    (event,) = read_scoring(path).events
    assert event.text == "\ud55c\uad6d"


def test_unknown_xml_is_named_whatever_stands_in_its_first_line(tmp_path):
    text = '<SomebodysStudy a="1,2,3;4">' + "\n" * 30_000 + "</SomebodysStudy>"
    assert "XML of a kind that is not read (<SomebodysStudy>)" in refused(tmp_path, text)
