"""Training by minibatches: steps, several trainings at once, whole epochs."""

from lecture11.training.epochs import EpochInfo, Epochs, EpochState, EpochStep, train_epochs
from lecture11.training.steps import (
    TrainingData,
    TrainingInfo,
    TrainingState,
    TrainingStep,
    train,
    train_many,
)

__all__ = [
    "EpochInfo",
    "EpochState",
    "EpochStep",
    "Epochs",
    "TrainingData",
    "TrainingInfo",
    "TrainingState",
    "TrainingStep",
    "train",
    "train_epochs",
    "train_many",
]
