"""What an audit says.

============  ================================================================================
``shrink``    the smallest context
``explain``   the condition in words: the best of ``rules`` made of ``atoms`` and of the ``contents`` of whole numbers
              and masks
``script``    a few lines of torch
``report``    the text of an ``outcome``
============  ================================================================================
"""
