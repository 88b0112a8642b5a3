"""What all sequence models share: features of each epoch in, features in their context out."""

from abc import abstractmethod

from torch import Tensor, nn


class SequenceModel(nn.Module):
    """Sets the epochs of a window in relation to each other; any number of them."""

    @abstractmethod
    def forward(self, epochs: Tensor) -> Tensor:
        """(batch, n_epochs, width) to the same shape."""
