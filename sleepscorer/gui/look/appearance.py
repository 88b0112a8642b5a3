"""The theme as Qt wants it, and how controls are described to people who can't see them."""

import re
from collections.abc import Mapping
from html import escape

from PySide6.QtGui import QColor, QFont, QFontInfo, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QWidget

from sleepscorer.core.stages import Stage
from sleepscorer.gui.keys import Keys, with_keys
from sleepscorer.gui.look.measures import TextSize
from sleepscorer.gui.look.theme import Theme
from sleepscorer.paths import resource

_KEYED_TIP, _KEYED_TEXT = "keyed_tip", "keyed_text"


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Give the whole program the colours of a theme, whatever the desktop's are."""
    # To take the old sheet away first is three times as fast as to put another in its place.
    application.setStyleSheet("")
    if application.style().name() != "fusion":
        application.setStyle("Fusion")
    application.setPalette(_palette(theme))
    application.setStyleSheet(_stylesheet(theme, application.font()))


_LONGEST_WORD, _KEPT = 60, 28


def shortened(text: str) -> str:
    """Return a text of which words that no line can hold are cut in their middle.

    Names of files have up to 255 letters, and a widget is at least as wide as its longest word.
    """
    return re.sub(
        rf"\S{{{_LONGEST_WORD},}}", lambda word: f"{word[0][:_KEPT]}…{word[0][-_KEPT:]}", text
    )


def sized(font: QFont, size: TextSize) -> QFont:
    """Return a font in another size of the table."""
    other = QFont(font)
    other.setPixelSize(round(QFontInfo(font).pixelSize() * size.value))
    return other


def plain_tip(text: str) -> str:
    """Return a tooltip that shows a text as it is: Qt takes what looks like markup for markup.

    Names of files and annotations hold what their makers, or attackers, put there: a picture in one
    would be fetched from wherever it says.
    """
    if "<" not in text and "&" not in text:
        return text
    return f"<qt>{escape(text)}</qt>".replace("\n", "<br>")


def described(widget: QWidget, name: str, tip: str = "") -> None:
    """Name a control for screen readers, and say in its tooltip what it does and by which key.

    A tooltip that names actions in braces shows their keys after :func:`show_keys`.
    """
    if "{" in tip:
        widget.setProperty(_KEYED_TIP, tip)
        tip = with_keys(tip, {})
    widget.setAccessibleName(name)
    if isinstance(widget, QComboBox):
        widget.view().setAccessibleName(name)
    widget.setToolTip(plain_tip(tip or name))
    if tip:
        widget.setAccessibleDescription(tip)


def worded(button: QAbstractButton, text: str) -> None:
    """Give a button a text that names actions in braces; see :func:`show_keys`."""
    button.setProperty(_KEYED_TEXT, text)
    button.setText(with_keys(text, {}))


def show_keys(root: QWidget, keys: Mapping[str, Keys]) -> None:
    """Let the tooltips and buttons of a widget and all within it name the keys in force."""
    for widget in (root, *root.findChildren(QWidget)):
        tip, text = widget.property(_KEYED_TIP), widget.property(_KEYED_TEXT)
        if tip is not None:
            keyed = with_keys(tip, keys)
            widget.setToolTip(plain_tip(keyed))
            widget.setAccessibleDescription(keyed)
        if text is not None and isinstance(widget, QAbstractButton):
            widget.setText(with_keys(text, keys))


def stand_for_stage(widget: QWidget, stage: Stage) -> None:
    """Show the colour of a stage, in whatever theme, under the letters of a box."""
    widget.setProperty("stage", stage.name)


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, colour in {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.panel,
        role.AlternateBase: theme.window,
        role.Text: theme.text,
        role.Button: theme.window,
        role.ButtonText: theme.text,
        role.BrightText: theme.error,
        role.ToolTipBase: theme.panel,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.faint_text,
        role.Highlight: theme.selection,
        role.HighlightedText: theme.text,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Light: theme.panel,
        role.Midlight: theme.context,
        role.Mid: theme.grid_five_seconds,
        role.Dark: theme.faint_text,
        role.Shadow: theme.faint_text,
        role.Accent: theme.accent,
    }.items():
        palette.setColor(which, QColor(colour))
    faint = QColor(theme.faint_text)
    faint.setAlpha(150)
    for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, faint)
    return palette


def _stylesheet(theme: Theme, font: QFont) -> str:
    px = {size: sized(font, size).pixelSize() for size in TextSize}
    stages = "\n".join(
        f'    QCheckBox[stage="{stage.name}"] {{ border-bottom: 3px solid {colour}; }}'
        for stage, colour in theme.stages.items()
    )
    notices = "\n".join(
        f'    QFrame#notice[kind="{kind}"] {{ border-color: {colour}; }}\n'
        f'    QLabel#notice_kind[kind="{kind}"], QPushButton#bell[kind="{kind}"]'
        f" {{ color: {colour}; font-weight: bold; }}"
        for kind, colour in theme.notices.items()
    )
    check = resource("icons", f"check_{'black' if theme.name == 'dark' else 'white'}.svg")
    # The arrows that Qt draws on it are dark in every theme.
    more = theme.faint_text if theme.name == "dark" else theme.grid_five_seconds
    return f"""
    QCheckBox::indicator, QAbstractItemView::indicator, QRadioButton::indicator {{
        width: 13px; height: 13px; border: 1px solid {theme.faint_text};
        border-radius: 3px; background: {theme.panel}; }}
    QAbstractItemView::indicator {{ width: 10px; height: 10px; }}
    QRadioButton::indicator {{ border-radius: 7px; }}
    QCheckBox::indicator:checked, QAbstractItemView::indicator:checked {{
        background: {theme.accent}; border-color: {theme.accent};
        image: url("{check.as_posix()}"); }}
    QRadioButton::indicator:checked {{ border: 4px solid {theme.accent};
        width: 7px; height: 7px; }}
    QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{
        border-color: {theme.grid_five_seconds}; }}
    QLineEdit {{ border: 1px solid {theme.grid_five_seconds}; border-radius: 3px;
        padding: 2px; background: {theme.panel}; }}
    QAbstractSpinBox QLineEdit, QComboBox QLineEdit {{ border: 0; padding: 0; }}
    QToolTip {{ color: {theme.text}; background: {theme.panel};
        border: 1px solid {theme.grid_five_seconds}; }}
    QToolBar {{ border: 0; border-bottom: 1px solid {theme.grid_five_seconds}; spacing: 2px;
        padding: 2px; }}
    QToolBar QToolButton {{ padding: 3px 7px; border: 1px solid transparent;
        border-radius: 3px; }}
    QToolBar QToolButton#qt_toolbar_ext_button {{ padding: 0; border: 0;
        background: {more}; }}
    QToolBar QToolButton:hover {{ background: {theme.selection}; }}
    QToolBar QToolButton:checked {{ background: {theme.selection};
        border-color: {theme.accent}; }}
    QPushButton:checked {{ background: {theme.selection}; border: 1px solid {theme.accent};
        border-radius: 3px; padding: 3px 8px; }}
    QFrame#overlay {{ background: {theme.panel}; }}
    QToolButton#strip {{ border: 0; padding: 0; color: {theme.faint_text}; }}
    QToolButton#strip:hover, QToolButton#strip:focus {{ color: {theme.text}; }}
    QStatusBar {{ border-top: 1px solid {theme.grid_five_seconds}; }}
    QStatusBar::item {{ border: 0; }}
    QFrame#notice {{ background: {theme.panel}; border: 1px solid {theme.faint_text};
        border-left: 5px solid {theme.faint_text}; border-radius: 3px; }}
    QLabel#faint {{ color: {theme.faint_text}; }}
    QLabel#small {{ color: {theme.faint_text}; font-size: {px[TextSize.SMALL]}px; }}
    QLabel#refusal {{ color: {theme.error}; font-weight: bold; }}
    QLabel#figure {{ font-size: {px[TextSize.FIGURE]}px; font-weight: 600; }}
    QLabel#headline {{ font-size: {px[TextSize.FIGURE]}px; font-weight: bold; }}
    QSplitter::handle {{ background: {theme.grid_five_seconds}; }}
{stages}
{notices}
    """
