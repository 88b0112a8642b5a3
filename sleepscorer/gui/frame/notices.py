"""Sentences over the page that stay until the person answers or puts them away.

One is shown at a time; the others wait behind the bell of the status line. What only says that all
went well goes by itself.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from sleepscorer.gui.frame.notice_card import Answer, Notice, NoticeCard, NoticeKind

__all__ = ["Answer", "NoticeBar", "NoticeKind"]

_PASSING_MS = 10_000
_MARGIN_PX = 8
_LARGEST_SHARE, _WIDEST_PX = 0.45, 620


class NoticeBar(QWidget):
    """Lies over the lower right of its parent, and takes no room from anything.

    What asks something or is an error comes first, then warnings, then the rest; of equals the
    newest. What is pointed at or has the focus stays where it is until it is left.

    Signals
    -------
    changed
        How many there are, or which.
    left
        A notice that may have had the focus was answered, closed or put behind the bell.
    """

    changed = Signal()
    left = Signal()
    # The focus still changes when Python has taken its own attributes at the program's end.
    _newer_waits = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notices: list[Notice] = []
        self._behind_bell: set[Notice] = set()
        self._card: NoticeCard | None = None
        self._clear_below_px = 0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._passing = QTimer(self)
        self._passing.timeout.connect(self._on_time_over)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._show_what_waits)
        self.hide()

    @property
    def texts(self) -> tuple[str, ...]:
        """What there is, oldest first, behind the bell or not."""
        return tuple(notice.text for notice in self._notices)

    @property
    def in_order(self) -> tuple[Notice, ...]:
        """What there is, in the order in which :meth:`step` goes through it."""
        newest_first = self._notices[::-1]
        return tuple(sorted(newest_first, key=lambda notice: notice.kind.rank))

    @property
    def shown(self) -> str:
        """The sentence that is shown; empty if none is."""
        return "" if self._card is None else self._card.notice.text

    @property
    def worst(self) -> NoticeKind | None:
        """An error before a question, that before a warning; behind the bell or not."""
        kinds = {notice.kind for notice in self._notices}
        return next((kind for kind in NoticeKind if kind in kinds), None)

    def add(
        self,
        text: str,
        *answers: Answer,
        kind: NoticeKind = NoticeKind.INFORMATION,
        passing: bool = False,
        key: str = "",
        lasting: bool = False,
    ) -> None:
        """Show a sentence, and beside it buttons that answer it; the same sentence only once.

        One that was put behind the bell comes back if it is said again.

        Parameters
        ----------
        text
            The sentence.
        answers
            The buttons beside Close.
        kind
            How it looks, and what it comes before.
        passing
            It says that all went well: it goes when it was shown for some seconds, or with
            :meth:`dismiss`.
        key
            What it is about: it takes the place of one with the same key, and :meth:`remove` knows
            it by that. Empty where nothing takes its place.
        lasting
            It is about no recording in particular, such as an export that goes on: it stays when
            another one opens.
        """
        if key:
            self._put_away(lambda notice: notice.key == key)
        same = [notice for notice in self._notices if notice.text == text]
        if same and not self._behind_bell.issuperset(same):
            return
        self._put_away(lambda notice: notice in same)
        self._notices.append(Notice(text, answers, kind, passing=passing, key=key, lasting=lasting))
        if self._is_in_use:
            self._newer_waits = True
            self._tell_changed()
        else:
            self._show_first()

    @Slot(str)
    def remove(self, key: str) -> None:
        """Put that away which has this key."""
        self._put_away(lambda notice: notice.key == key)

    def dismiss(self) -> None:
        """Put the one that is shown away, if it passes or has the focus; what is wrong stays."""
        card = self._card
        if card is not None and (card.notice.passing or card.has_focus):
            self._put_away(lambda notice: notice is card.notice)

    def clear(self) -> None:
        """Put away what is about the recording that was open, or about files that failed to."""
        self._put_away(lambda notice: not notice.lasting)

    @Slot()
    def step(self) -> None:
        """Put the focus into what is shown; if it is there, show the next; after the last, none."""
        order = self.in_order
        if self._card is None:
            wanted = order[0] if order else None
        elif not self._card.has_focus:
            wanted = self._card.notice
        else:
            at = order.index(self._card.notice) + 1
            wanted = order[at] if at < len(order) else None
        if wanted is None:
            self._behind_bell.update(order)
            self.left.emit()
            self._show(None)
        else:
            self.go_to(wanted)

    def go_to(self, notice: Notice) -> None:
        """Show this one, if it is still there, and put the focus into it."""
        if notice in self._notices:
            self._behind_bell.discard(notice)
            self._show(notice)
        if self._card is not None and self._card.notice is notice:
            self._card.take_focus()

    def keep_clear(self, px: int) -> None:
        """Leave so much of the lower edge of the parent uncovered."""
        self._clear_below_px = px
        self.fit()

    def fit(self) -> None:
        """Go where the parent has its lower right corner now."""
        over = self.parentWidget()
        if self._card is None or over is None:
            return
        most_px = min(round(_LARGEST_SHARE * over.width()), _WIDEST_PX)
        self._card.fit_width(most_px)
        self.resize(self._card.sizeHint())
        self.move(
            over.width() - self.width() - _MARGIN_PX,
            over.height() - self.height() - _MARGIN_PX - self._clear_below_px,
        )
        self.raise_()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - a name of Qt
        """Show what came while the pointer was here."""
        super().leaveEvent(event)
        self._show_what_waits()

    # -- which one is shown ---------------------------------------------------------------------

    @property
    def _is_in_use(self) -> bool:
        """Whoever points at it, or went into it by keys, must not press another one's button."""
        return self._card is not None and (self.underMouse() or self._card.has_focus)

    def _show_first(self) -> None:
        self._newer_waits = False
        wanted = [notice for notice in self.in_order if notice not in self._behind_bell]
        self._show(wanted[0] if wanted else None)

    @Slot()
    def _show_what_waits(self) -> None:
        if self._newer_waits and not self._is_in_use:
            self._show_first()

    def _show(self, notice: Notice | None) -> None:
        if self._card is None or self._card.notice is not notice:
            self._passing.stop()
            self._drop_card()
            if notice is not None:
                self._make_card(notice)
        if notice is None:
            self.hide()
        self._tell_changed()

    def _make_card(self, notice: Notice) -> None:
        self._card = NoticeCard(notice)
        self._card.closed.connect(self._on_closed)
        layout = self.layout()
        if layout is not None:
            layout.addWidget(self._card)
        self._card.show()
        self.show()
        self._card.announce()
        if notice.passing:
            self._passing.start(_PASSING_MS)

    def _drop_card(self) -> None:
        if self._card is not None:
            card, self._card = self._card, None
            card.hide()
            card.setParent(None)
            card.deleteLater()

    def _tell_changed(self) -> None:
        if self._card is not None:
            self._card.show_place(self.in_order.index(self._card.notice), len(self._notices))
            self.fit()
        self.changed.emit()

    # -- going ----------------------------------------------------------------------------------

    def _put_away(self, is_meant: Callable[[Notice], bool]) -> None:
        meant = [notice for notice in self._notices if is_meant(notice)]
        if not meant:
            return
        self._notices = [notice for notice in self._notices if notice not in meant]
        self._behind_bell.difference_update(meant)
        if self._card is None or self._card.notice not in meant:
            self._tell_changed()
            return
        if self._card.has_focus:
            # Before it goes: Qt would give the focus to whatever comes next.
            self.left.emit()
        self._show_first()

    @Slot(object, object)
    def _on_closed(self, notice: Notice, answer: Answer | None) -> None:
        # Some systems give a button that is clicked no focus, but what had it is not meant either.
        self.left.emit()
        self._put_away(lambda one: one is notice)
        if answer is not None:
            answer.run()

    @Slot()
    def _on_time_over(self) -> None:
        # Whoever points at it is reading it.
        if self._card is not None and self._card.notice.passing and not self._is_in_use:
            passed = self._card.notice
            self._put_away(lambda notice: notice is passed)
