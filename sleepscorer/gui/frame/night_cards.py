"""Nights as cards: what each is, when it was, how it was slept and how far it is scored."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPalette,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from sleepscorer.core.wording import one_line
from sleepscorer.gui.look.appearance import described, plain_tip
from sleepscorer.gui.look.mini_hypnogram import paint_hypnogram
from sleepscorer.gui.look.theme import Theme
from sleepscorer.session_documents.night_summary import NightState, NightSummary

_Index = QModelIndex | QPersistentModelIndex
_NARROWEST_PX = 272
_GAP_PX, _PAD_PX, _CORNER_PX = 10, 10, 5
_HYPNOGRAM_PX = 44
_N_LINES = 4
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class NightList(QAbstractListModel):
    """Paths of nights, and what is known of each by now."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._paths: list[Path] = []
        self._known: dict[Path, NightSummary] = {}

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 - as Qt has it
        """One a night."""
        return 0 if parent.isValid() else len(self._paths)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Name, tooltip, and all of it for screen readers."""
        if not index.isValid() or index.row() >= len(self._paths):
            return None
        path = self._paths[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return one_line(path.name)
        if role == Qt.ItemDataRole.ToolTipRole:
            # What the card may have no room for.
            lines = (one_line(str(path)), *self.lines_of(index))
            return plain_tip("\n".join(filter(None, lines)))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(filter(None, (one_line(path.name), *self.lines_of(index))))
        return None

    def path_at(self, index: _Index) -> Path | None:
        """Return the night of a row; None where there is none."""
        is_there = index.isValid() and index.row() < len(self._paths)
        return self._paths[index.row()] if is_there else None

    def row_of(self, path: Path | None) -> int:
        """Return the row of a night, -1 where it is not in the list."""
        return self._paths.index(path) if path in self._paths else -1

    def known_at(self, index: _Index) -> NightSummary | None:
        """Return what is known of the night of a row."""
        path = self.path_at(index)
        return None if path is None else self._known.get(path)

    def lines_of(self, index: _Index) -> tuple[str, str]:
        """Return when and how long, and how far it is scored and by whom."""
        known = self.known_at(index)
        if known is None:
            return "", ""
        state = known.state_text
        if known.problem:
            state += f": {one_line(known.problem)}"
        if known.state is NightState.NOT_FOUND:
            state += "; Del takes it off the list"
        return (
            " · ".join(filter(None, (known.date_text, known.length_text))),
            " · ".join(filter(None, (state, one_line(known.scorer)))),
        )

    def show_paths(self, paths: Sequence[Path]) -> None:
        """List these, the first on top; what is known of those that stay is kept."""
        self.beginResetModel()
        self._paths = list(paths)
        self._known = {path: self._known[path] for path in paths if path in self._known}
        self.endResetModel()

    def tell(self, path: Path, summary: NightSummary) -> Path | None:
        """Take in what is known of a night; return an older entry of the same night, if any."""
        if path not in self._paths:
            return None
        self._known[path] = summary
        index = self.index(self._paths.index(path))
        self.dataChanged.emit(index, index)
        same = [
            one
            for one in self._paths
            if (known := self._known.get(one)) is not None and known.recording == summary.recording
        ]
        return same[-1] if len(same) > 1 else None


class _CardPainter(QStyledItemDelegate):
    """Paints a night as a card."""

    def __init__(self, nights: NightList, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._nights = nights
        self.theme = theme
        self.size = QSize()

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:  # noqa: N802
        """All cards are alike."""
        return self.size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        painter.save()
        card = option.rect.adjusted(0, 0, -_GAP_PX, -_GAP_PX)
        self._paint_ground(painter, option, card)
        inner = card.adjusted(_PAD_PX, _PAD_PX, -_PAD_PX, -_PAD_PX)
        path, known = self._nights.path_at(index), self._nights.known_at(index)
        if path is not None:
            when, state = self._nights.lines_of(index)
            is_gone = known is not None and known.state is NightState.NOT_FOUND
            ink = QColor(self.theme.faint_text if is_gone else self.theme.text)
            faint = QColor(self.theme.faint_text)
            middle, left = Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideLeft
            bold = QFont(option.font)
            bold.setBold(True)
            top = self._line(painter, inner, inner.top(), one_line(path.name), bold, ink, middle)
            folder = one_line(str(path.parent))
            top = self._line(painter, inner, top, folder, option.font, faint, left)
            place = QRectF(inner.left(), top + 5, inner.width(), _HYPNOGRAM_PX)
            if known is not None and known.stages is not None:
                paint_hypnogram(painter, place, known.stages, self.theme)
            top = round(place.bottom()) + 6
            right = Qt.TextElideMode.ElideRight
            top = self._line(painter, inner, top, when, option.font, ink, right)
            self._line(painter, inner, top, state, option.font, ink, right)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, card: QRect) -> None:
        flags = QStyle.StateFlag
        is_chosen = bool(option.state & flags.State_Selected)
        has_focus = is_chosen and bool(option.state & flags.State_HasFocus)
        edge = QColor(self.theme.faint_text if is_chosen else self.theme.grid_five_seconds)
        if has_focus or option.state & flags.State_MouseOver:
            edge = option.palette.color(QPalette.ColorRole.Accent)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(edge, 2 if has_focus else 1))
        painter.setBrush(QColor(self.theme.panel))
        painter.drawRoundedRect(QRectF(card).adjusted(1, 1, -1, -1), _CORNER_PX, _CORNER_PX)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _line(
        self,
        painter: QPainter,
        inner: QRect,
        top: int,
        text: str,
        font: QFont,
        ink: QColor,
        elide: Qt.TextElideMode,
    ) -> int:
        """Write a line as far as there is room, and return where the next one begins."""
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(ink)
        place = QRect(inner.left(), top, inner.width(), metrics.height())
        shown = metrics.elidedText(text, elide, inner.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        return top + metrics.height() + 1


class NightGrid(QListView):
    """Cards side by side, as many as there is room for; a click or Enter chooses one.

    Parameters
    ----------
    theme
        Of the colours.

    Signals
    -------
    chosen
        The Path of a night that is to be opened.
    removal_asked
        The Path of a night that is to be taken off the list.
    """

    chosen = Signal(object)
    removal_asked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.nights = NightList(self)
        self._painter = _CardPainter(self.nights, theme, self)
        self.setModel(self.nights)
        self.setItemDelegate(self._painter)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)
        described(
            self,
            "Recent recordings",
            "The arrows go from card to card, Enter or a click opens one, Del takes it off the"
            " list: its files stay",
        )
        self.clicked.connect(self._choose)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._painter.theme = theme
        self.viewport().update()

    def show_paths(self, paths: Sequence[Path]) -> None:
        """List these nights; the card that was the current one stays it, or its neighbour is."""
        row, path = self.currentIndex().row(), self.nights.path_at(self.currentIndex())
        self.nights.show_paths(paths)
        known = self.nights.row_of(path)
        row = known if known >= 0 else min(max(row, 0), len(paths) - 1)
        self.setCurrentIndex(self.nights.index(row))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - a name of Qt
        """Open or remove the current card; the rest is Qt's."""
        if event.key() in _ENTER:
            self._choose(self.currentIndex())
        elif event.key() == Qt.Key.Key_Delete:
            self._remove()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - a name of Qt
        """Offer what can be done with a card, by mouse and by key."""
        is_by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if is_by_key else self.indexAt(event.pos())
        if not index.isValid():
            return
        self.setCurrentIndex(index)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("&Open").triggered.connect(self._on_open)
        menu.addAction("&Remove from the list\tDel").triggered.connect(self._remove)
        place = self.visualRect(index).center() if is_by_key else event.pos()
        menu.popup(self.viewport().mapToGlobal(QPoint(place)))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - a name of Qt
        """Let the cards fill the width."""
        self._fit_cards()
        super().resizeEvent(event)

    def _fit_cards(self) -> None:
        bar_px = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        room_px = max(self.width() - bar_px - 4, _NARROWEST_PX)
        n_columns = max(room_px // (_NARROWEST_PX + _GAP_PX), 1)
        lines_px = _N_LINES * (self.fontMetrics().height() + 1)
        height_px = lines_px + _HYPNOGRAM_PX + 11 + 2 * _PAD_PX + _GAP_PX
        self._painter.size = QSize(room_px // n_columns, height_px)
        self.setGridSize(self._painter.size)

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        path = self.nights.path_at(index)
        if path is not None:
            self.chosen.emit(path)

    @Slot()
    def _on_open(self) -> None:
        self._choose(self.currentIndex())

    @Slot()
    def _remove(self) -> None:
        path = self.nights.path_at(self.currentIndex())
        if path is not None:
            self.removal_asked.emit(path)
