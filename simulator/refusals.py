"""Refusals of the control API and of the start; the Graph has its own (`meta_errors`)."""


class BadRequestError(Exception):
    """The control API was asked something it does not understand; answered as 400 with the sentence."""


class NotLoopbackError(Exception):
    """An address outside this machine was given; the loopback world talks to nobody else."""
