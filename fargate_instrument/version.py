"""The version, in a source file so that nothing has to be installed to know it."""

__version__ = "0.1.0"
