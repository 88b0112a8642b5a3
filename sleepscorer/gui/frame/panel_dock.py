"""The panels beside the traces, or in a window of their own on another screen."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDockWidget, QTabWidget, QWidget


class PanelDock(QDockWidget):
    """One panel a tab; a title bar only where it floats: beside the traces it would take room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Panels", parent)
        self.setObjectName("panels")
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("Panels")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setAccessibleName("Panels")
        # On a small screen a tab is rather shortened than hidden behind arrows.
        self.tabs.tabBar().setUsesScrollButtons(False)
        self.tabs.tabBar().setElideMode(Qt.TextElideMode.ElideRight)
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
