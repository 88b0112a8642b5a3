"""Reads the XML of other programs, which may be hostile."""

from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from sleepscorer.core.errors import ScoringError


def xml_tree(text: str) -> Element:
    """Return the outermost element; nothing outside the file is read, no entity is expanded.

    Raises
    ------
    ScoringError
        If it is no XML, or asks for what is not read.
    """
    try:
        root = ElementTree.fromstring(text)
    except DefusedXmlException as error:
        raise ScoringError("the XML can't be read: it declares entities") from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise ScoringError(f"the XML can't be read: {error}") from error
    assert isinstance(root, Element)
    return root


def without_namespaces(root: Element) -> Element:
    """Take the namespaces off all names, in place."""
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return root
