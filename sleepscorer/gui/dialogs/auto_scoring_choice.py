"""Asks what the auto-scorer may fill."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from sleepscorer.core.errors import SleepScorerError, WeightsError
from sleepscorer.core.filling import FillMode
from sleepscorer.core.machine_answer import SMOOTHING_RULE
from sleepscorer.core.progress import Progress
from sleepscorer.core.recording import Recording
from sleepscorer.core.stager_channels import ChannelChoice, StagerChannels
from sleepscorer.core.stages import STAGES
from sleepscorer.core.staging_result import OWN_STAGER
from sleepscorer.core.wording import counted
from sleepscorer.gui.choices import AutoScoringChoice
from sleepscorer.gui.dialogs.channels import ChannelsDialog
from sleepscorer.gui.dialogs.preferences import DEVICE_TEXTS
from sleepscorer.gui.dialogs.stager_rows import StagerRows
from sleepscorer.gui.look.appearance import described, plain_tip, stand_for_stage
from sleepscorer.gui.process.latest import Latest
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.pipeline import SiteChoice, find_channels_for, lacking_channels

_MODE_TEXTS = {
    FillMode.UNSCORED: "&Fill unscored epochs only",
    FillMode.CHOSEN: "Fill unscored epochs and &replace the stages below",
    FillMode.ALL: "Replace &all",
}
_WEIGHTS_TIP = f"What the network of {OWN_STAGER} learned, by whom"
_DEVICE_TIP = f"Where the network of {OWN_STAGER} runs"
_AS_VALIDATED_TIP = "Those that were validated here"
_NOT_OURS_TIP = f"Only where {OWN_STAGER} is asked"
# The machine's layer is worth having beside a person's complete scoring.
_NOTHING_TO_FILL = (
    "Every epoch is scored. Choose what to replace. As it is chosen now, no stage changes: the"
    " machine's answer only stands beside yours, for comparison."
)


class ListedWeights(NamedTuple):
    """Weights to choose from: the choice, and what is shown of it."""

    choice: str
    text: str
    summary: str
    is_offered: bool = True


class AutoScoringDialog(QDialog):
    """What may be filled, where it runs, by which channels.

    Parameters
    ----------
    recording
        Whose channels there are.
    choice
        To begin with.
    count
        Number of epochs that a choice lets the auto-scorer change.
    n_by_person
        Number of epochs that a person scored.
    tasks
        For looking which weights and which other stagers there are, beside the window.
    site
        Whom this site validated, to be offered first; None for nobody.
    """

    def __init__(
        self,
        recording: Recording,
        choice: AutoScoringChoice,
        *,
        count: Callable[[AutoScoringChoice], int],
        n_by_person: int,
        tasks: TaskRunner,
        site: SiteChoice | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.site = site
        self.setWindowTitle("Auto-score")
        self.setMinimumWidth(560)
        self._recording, self._channels = recording, choice.channels
        self._count, self._n_by_person = count, n_by_person
        self._modes = {mode: QRadioButton(text) for mode, text in _MODE_TEXTS.items()}
        self._group = QButtonGroup(self)
        self._stages = {stage: QCheckBox(stage.text) for stage in STAGES}
        self._over_person = QCheckBox("Replace epochs that a &person scored as well")
        self._smooth = QCheckBox("Fill from the s&moothed answer")
        self._counted = QLabel()
        self._counted.setObjectName("faint")
        self._counted.setWordWrap(True)
        self._device = QComboBox()
        self._weights = QComboBox()
        self._channel_text = QLabel()
        self._channel_text.setWordWrap(True)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._score = self._buttons.addButton("Auto-&score", QDialogButtonBox.ButtonRole.AcceptRole)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        layout = QFormLayout(self)
        layout.addRow("Epochs", self._mode_box(choice))
        layout.addRow("", self._over_person)
        layout.addRow("", self._smooth)
        layout.addRow("", self._counted)
        self._as_validated, self._site_text = QCheckBox("As &validated here:", self), QLabel(self)
        self._site_text.setTextFormat(Qt.TextFormat.PlainText)
        self._site_text.setWordWrap(True)
        for widget in (self._as_validated, self._site_text):
            widget.setVisible(site is not None)
            if site is not None:
                layout.addRow("", widget)
        self._stagers = StagerRows(choice.stagers, layout, tasks, self)
        layout.addRow("&Weights", self._weights)
        layout.addRow("&On", self._device)
        layout.addRow("Channels", self._channel_box())
        layout.addRow(self._buttons)
        self._fill_in(choice)
        self._stagers.changed.connect(self._on_stagers_chosen)
        self._as_validated.toggled.connect(self._on_as_validated)
        self._on_as_validated()
        self._score.setDefault(True)
        self._score.setFocus()
        reading = Latest(tasks, self)
        reading.start("Reading the weights", _listed_weights, self._list_weights, quiet=True)

    @property
    def choice(self) -> AutoScoringChoice:
        """What is chosen now."""
        return AutoScoringChoice(
            mode=next(mode for mode, radio in self._modes.items() if radio.isChecked()),
            chosen=tuple(stage for stage, check in self._stages.items() if check.isChecked()),
            over_person=self._over_person.isChecked(),
            smooth=self._smooth.isChecked(),
            device=self._device.currentData(),
            stagers=self._stagers.choice,
            channels=self._channels,
            weights=self._weights.currentData(),
            site=self._asked_site,
        )

    @property
    def _asked_site(self) -> SiteChoice | None:
        return self.site if self._as_validated.isChecked() else None

    def _mode_box(self, choice: AutoScoringChoice) -> QVBoxLayout:
        box, row = QVBoxLayout(), QHBoxLayout()
        row.addSpacing(24)
        for stage, check in self._stages.items():
            described(check, f"Replace stage {stage.text}")
            stand_for_stage(check, stage)
            check.setChecked(stage in choice.chosen)
            check.toggled.connect(self._on_changed)
            row.addWidget(check)
        row.addStretch()
        for mode, radio in self._modes.items():
            self._group.addButton(radio)
            radio.toggled.connect(self._on_changed)
            box.addWidget(radio)
            if mode is FillMode.CHOSEN:
                box.addLayout(row)
        return box

    def _channel_box(self) -> QWidget:
        change = self._change = QPushButton("C&hange…")
        described(change, "Change the channels")
        change.setAutoDefault(False)
        change.clicked.connect(self._on_change_channels)
        # A form asks a widget how high it must be for its width, but no layout.
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._channel_text, 1)
        row.addWidget(change)
        return box

    def _fill_in(self, choice: AutoScoringChoice) -> None:
        described(self._over_person, "Replace epochs that a person scored as well")
        described(self._device, "Device", _DEVICE_TIP)
        described(self._weights, "Weights", _WEIGHTS_TIP)
        described(
            self._smooth,
            "Fill from the smoothed answer",
            f"Doubtful single epochs as those around them: {SMOOTHING_RULE}",
        )
        self._smooth.setChecked(choice.smooth)
        if self.site is not None:
            self._offer(self.site, is_chosen=choice.site is not None)
        self._weights.addItem("Default", "")
        if choice.weights:
            self._weights.addItem(choice.weights, choice.weights)
            self._weights.setCurrentIndex(1)
        self._over_person.setChecked(choice.over_person)
        self._over_person.toggled.connect(self._on_changed)
        for device, text in DEVICE_TEXTS.items():
            self._device.addItem(text, device)
        self._device.setCurrentIndex(max(self._device.findData(choice.device), 0))
        self._modes[choice.mode].setChecked(True)
        self._on_changed()
        self._show_channels()

    def _offer(self, site: SiteChoice, *, is_chosen: bool) -> None:
        """Name whom this site validated; a file that says so may say anything."""
        box, tip = self._as_validated, _site_tip(site)
        self._site_text.setText(site.in_words)
        self._site_text.setToolTip(plain_tip(tip))
        box.setAccessibleName(f"As validated here: {site.in_words}")
        box.setAccessibleDescription(tip)
        box.setToolTip(plain_tip(tip))
        box.setChecked(is_chosen)

    def _show_channels(self) -> None:
        self._has_channels = False
        try:
            found = self._found_channels()
        except SleepScorerError as error:
            self._channel_text.setText(error.what)
            self._allow()
            return
        roles = (("EEG", found.eeg), ("EOG", found.eog))
        names = [f"{role} {', '.join(c.name for c in used) or 'none'}" for role, used in roles]
        site = self._asked_site
        if site is not None and lacking_channels(self._recording, site):
            names.append(f"the recording lacks {site.montage}, which was validated here")
        self._channel_text.setText("; ".join(names))
        self._has_channels = True
        self._allow()

    def _found_channels(self) -> StagerChannels:
        site = self._asked_site
        if site is None:
            return self._channels.resolve(self._recording)
        return find_channels_for(self._recording, ChannelChoice(), site)

    def _allow(self) -> None:
        is_possible = self._asked_site is not None or self._stagers.is_possible
        self._score.setEnabled(self._has_channels and is_possible)

    @Slot()
    def _on_as_validated(self) -> None:
        """What was validated is asked as it was: by its channels and weights."""
        is_open = self._asked_site is None
        self._stagers.set_enabled(is_open)
        self._change.setEnabled(is_open)
        self._show_channels()
        self._on_stagers_chosen()

    @Slot()
    def _on_stagers_chosen(self) -> None:
        """Weights and device are those of our own stager."""
        site = self._asked_site
        asks_ours = self._stagers.asks_ours if site is None else OWN_STAGER in site.stagers
        for box, tip in ((self._weights, _WEIGHTS_TIP), (self._device, _DEVICE_TIP)):
            is_fixed = site is not None and box is self._weights
            box.setEnabled(asks_ours and not is_fixed)
            why_not = _AS_VALIDATED_TIP if is_fixed else _NOT_OURS_TIP
            described(box, box.accessibleName(), tip if box.isEnabled() else why_not)
        self._allow()

    def _list_weights(self, listed: tuple[ListedWeights, ...]) -> None:
        for one in listed:
            if self._weights.findData(one.choice) < 0:
                # Whoever chose them before keeps them; nobody else comes upon them here.
                if not one.is_offered:
                    continue
                self._weights.addItem(one.choice, one.choice)
            index = self._weights.findData(one.choice)
            self._weights.setItemText(index, one.text)
            self._weights.setItemData(index, one.summary, Qt.ItemDataRole.ToolTipRole)

    @Slot()
    def _on_changed(self) -> None:
        if self._group.checkedButton() is None:
            return
        now = self.choice
        for check in self._stages.values():
            check.setEnabled(now.mode is FillMode.CHOSEN)
        for mode, radio in self._modes.items():
            n = self._count(replace(now, mode=mode))
            text = f"{_MODE_TEXTS[mode]}: {_epochs(n) if n else 'there are none'}"
            radio.setText(text)
            described(radio, text.replace("&", ""))
        n_now, n_without = self._count(now), self._count(replace(now, over_person=False))
        if not n_now:
            self._counted.setText(_NOTHING_TO_FILL)
            return
        sentence = f"{_epochs(n_now)} will be auto-scored; one undo takes that back."
        if self._n_by_person:
            n_kept = self._n_by_person - (n_now - n_without)
            sentence += f" Of {_epochs(self._n_by_person)} that a person scored, {n_kept} stay."
        self._counted.setText(sentence)

    @Slot()
    def _on_change_channels(self) -> None:
        dialog = ChannelsDialog(self._recording, self._channels, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(self._on_channels_chosen)
        dialog.open()

    @Slot()
    def _on_channels_chosen(self) -> None:
        dialog = self.sender()
        if isinstance(dialog, ChannelsDialog):
            self._channels = dialog.choice
            self._show_channels()


def _site_tip(site: SiteChoice) -> str:
    """What was decided, and on which nights its confidence was measured."""
    calibration = site.calibration
    measured = "" if calibration is None else f" Measured on {calibration.measured_on}."
    return f"{site.verdict}{measured} (Alt+V)".strip()


def _listed_weights(_progress: Progress) -> tuple[ListedWeights, ...]:
    from sleepscorer.staging.checkpoint import DEFAULT_WEIGHTS, available_weights
    from sleepscorer.staging.offered_weights import why_not_offered

    listed = []
    for one in available_weights():
        if isinstance(one, WeightsError):
            continue
        why = why_not_offered(one)
        if one.name == DEFAULT_WEIGHTS:
            listed.append(ListedWeights("", f"{one.name} (default)", one.summary))
        elif why:
            text = f"{one.name} (not offered any more)"
            listed.append(ListedWeights(one.name, text, why, is_offered=False))
        else:
            listed.append(ListedWeights(one.name, one.name, one.summary))
    return tuple(listed)


def _epochs(n: int) -> str:
    return counted(n, "epoch")
