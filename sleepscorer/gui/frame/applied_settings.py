"""Carries the person's settings to the window, to its actions and to the open recording."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QApplication, QWidget

from sleepscorer.core.event_kinds import use_own_kinds
from sleepscorer.core.stages import STAGES, THREE_STAGES
from sleepscorer.core.wording import one_line
from sleepscorer.gui.actions.action_set import ActionSet
from sleepscorer.gui.frame.current_recording import CurrentRecording
from sleepscorer.gui.help.help_pane import HelpPane
from sleepscorer.gui.keys import keys_of
from sleepscorer.gui.look.appearance import apply_theme, show_keys
from sleepscorer.gui.look.screen_fit import px_per_mm
from sleepscorer.gui.look.theme import theme_named
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.gui.strip_names import AS_MANY_AS_FIT, FOLDABLE


class AppliedSettings(QObject):
    """Applies what changes in the settings, and all of them to a recording that was opened.

    Parameters
    ----------
    settings
        The person's.
    current
        What is open.
    actions
        They have keys, and show what is on.
    help_pane
        Names keys.
    window
        Has a title, a screen, and widgets whose tooltips name keys.

    Signals
    -------
    kinds_changed
        There are other kinds of events of one's own.
    """

    kinds_changed = Signal()

    def __init__(
        self,
        settings: SettingsFile,
        current: CurrentRecording,
        actions: ActionSet,
        help_pane: HelpPane,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._settings, self._current, self._actions = settings, current, actions
        self._help, self._window = help_pane, window
        self._apply = {
            "theme": self._apply_theme,
            "key_profile": self._apply_keys,
            "own_keys": self._apply_keys,
            "own_kinds": self._apply_kinds,
            "screen_mm_per_px": self._apply_scale,
            "file_name_in_title": self._show_title,
            "laboratory": self._apply_laboratory,
            "three_stages": self.show_machine,
            "smooth_machine": self.show_machine,
            "overview_strips": self.show_overview,
            "hypnogram_colours": self.show_overview,
            "deidentify_pages": self._show_pages,
        }
        settings.changed.connect(self._on_setting_changed)
        current.closed.connect(self._show_title)
        self._apply_kinds()
        self._show_which_theme()
        self._show_pages()
        self.show_machine()
        self.show_overview()
        self._show_title()

    def apply_to_opened(self) -> None:
        """Apply those that concern panes."""
        show_keys(self._window, keys_of(self._settings.now))
        if self._current.now is not None:
            self._current.now.panes.statistics.show_open_groups(self._settings.now.open_statistics)
        self._apply_scale()
        self.show_machine()
        if self._current.now is not None:
            self._current.now.panes.overview.strips_changed.connect(self._check_strips)
        self.show_overview()
        self._show_title()

    @Slot()
    def show_machine(self) -> None:
        """Show the machine's layer as set, and check in the menu what holds.

        The person's own scoring has five stages whatever is shown of the machine.
        """
        now, current = self._settings.now, self._current.now
        self._actions["view.stages_5"].setChecked(not now.three_stages)
        self._actions["view.stages_3"].setChecked(now.three_stages)
        self._actions["view.smooth"].setChecked(now.smooth_machine)
        if current is not None:
            stage_set = THREE_STAGES if now.three_stages else STAGES
            current.model.show_machine(stage_set, smooth=now.smooth_machine)

    def show_overview(self) -> None:
        """Show of the overview what is set."""
        now, current = self._settings.now, self._current.now
        self._actions["view.hypnogram_colours"].setChecked(now.hypnogram_colours)
        if current is not None:
            current.panes.overview.set_coloured(now.hypnogram_colours)
            current.panes.overview.choose_strips(now.overview_strips)
        self._check_strips()

    @Slot(object)
    def choose_strips(self, names: tuple[str, ...]) -> None:
        """Remember which strips a person wants to be unfolded, and show them."""
        self._settings.set(overview_strips=names)
        self.show_overview()

    @Slot()
    def _check_strips(self) -> None:
        """Check in the menu which strips are unfolded, whoever unfolded them."""
        chosen, current = self._settings.now.overview_strips, self._current.now
        shown = chosen if current is None else current.panes.overview.wanted_strips
        self._actions["view.strips_fit"].setChecked(chosen == AS_MANY_AS_FIT)
        for name in FOLDABLE:
            self._actions[f"view.strip_{name}"].setChecked(name in shown)

    def _apply_theme(self) -> None:
        theme, current = theme_named(self._settings.now.theme), self._current.now
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, theme)
        if current is not None:
            current.panes.set_theme(theme)
        self._show_which_theme()

    def _show_which_theme(self) -> None:
        is_dark = theme_named(self._settings.now.theme).name == "dark"
        self._actions["view.dark"].setChecked(is_dark)

    def _show_pages(self) -> None:
        wanted = self._settings.now.deidentify_pages
        self._actions["file.deidentify_pages"].setChecked(wanted)

    def _apply_keys(self) -> None:
        keys = keys_of(self._settings.now)
        self._actions.set_keys(keys)
        self._help.set_keys(keys)
        show_keys(self._window, keys)

    def _apply_kinds(self) -> None:
        """Let one's own kinds of events be kinds wherever the program asks for them."""
        use_own_kinds(self._settings.now.own_kinds.kinds)
        self._actions.show_own_kinds()
        self._apply_keys()
        self.kinds_changed.emit()
        if self._current.now is not None:
            self._current.now.panes.show_kinds()

    def _apply_scale(self) -> None:
        measured_mm_per_px, current = self._settings.now.screen_mm_per_px, self._current.now
        if current is not None:
            current.panes.traces.set_px_per_mm(
                px_per_mm(self._window, measured_mm_per_px=measured_mm_per_px),
                is_measured=measured_mm_per_px > 0,
            )

    def _apply_laboratory(self) -> None:
        if self._current.now is not None:
            self._current.now.model.set_laboratory(self._settings.now.laboratory)

    @Slot()
    def _show_title(self) -> None:
        document = self._current.document
        name = "" if document is None else one_line(document.recording.path.name)
        shown = name if self._settings.now.file_name_in_title else ""
        if document is not None and document.recording.is_synthetic:
            shown = f"{shown} (synthetic)" if shown else "Synthetic night"
        self._window.setWindowTitle(f"{shown} – sleepscorer" if shown else "sleepscorer")

    @Slot(str)
    def _on_setting_changed(self, name: str) -> None:
        if name in self._apply:
            self._apply[name]()
