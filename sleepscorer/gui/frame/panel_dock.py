"""The panels beside the traces, or in a window of their own on another screen."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QDockWidget,
    QProxyStyle,
    QStyle,
    QStyleOption,
    QTabWidget,
    QWidget,
)

from sleepscorer.gui.look.appearance import sized
from sleepscorer.gui.look.measures import TextSize

_BESIDE_WORDS_PX = 14


class _NarrowTabs(QProxyStyle):
    """Tabs little wider than their words: six have room beside the traces of a small screen."""

    def pixelMetric(  # noqa: N802
        self,
        metric: QStyle.PixelMetric,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
    ) -> int:
        if metric == QStyle.PixelMetric.PM_TabBarTabHSpace:
            return _BESIDE_WORDS_PX
        return super().pixelMetric(metric, option, widget)


class PanelDock(QDockWidget):
    """One panel a tab; a title bar only where it floats: beside the traces it would take room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Panels", parent)
        self.setObjectName("panels")
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("Panels")
        self.tabs.setDocumentMode(True)
        bar = self.tabs.tabBar()
        bar.setAccessibleName("Panels")
        # A widget does not keep its style alive.
        self._narrow = _NarrowTabs("Fusion")
        bar.setStyle(self._narrow)
        bar.setFont(sized(bar.font(), TextSize.SMALL))
        self.setWidget(self.tabs)
        features = QDockWidget.DockWidgetFeature
        self.setFeatures(features.DockWidgetMovable | features.DockWidgetFloatable)
        self.setTitleBarWidget(QWidget())
        # The View menu of Qt would hide it without a key that brings it back.
        self.toggleViewAction().setVisible(False)
        self.topLevelChanged.connect(self._on_floated)

    def show_panel(self, panel: QWidget) -> None:
        """Show a panel and put the focus into it."""
        self.show()
        self.tabs.setCurrentWidget(panel)
        if self.isFloating():
            self.activateWindow()
        panel.setFocus()

    @Slot(bool)
    def show_floating(self, wanted: bool) -> None:
        """Show the panels in a window of their own, or beside the traces again."""
        self.setFloating(wanted)
        self.show()

    @Slot(bool)
    def _on_floated(self, floating: bool) -> None:
        if floating == (self.titleBarWidget() is not None):
            # Without one of ours the window system gives the window its own.
            self.setTitleBarWidget(None if floating else QWidget())  # type: ignore[arg-type]
