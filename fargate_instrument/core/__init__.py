"""What runs at plan time: the standard library and itself, nothing else.

The folder is the contract: what stands here may be packed for a function or a browser
as it is. It opens no file, asks no network and reads no clock.
"""
