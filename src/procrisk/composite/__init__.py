"""A composite index after the ten steps of the OECD and the Joint Research Centre (2008). It knows nothing of procurement.

    framework, files, coinr    indicators and structure as data, and how they are read
    method                     the choices of each step, as data
    prepare, treat, normalise  size, gaps, outliers, a common scale
    aggregate                  means by level, and outranking
    build                      all of it, every stage kept
    checks                     does the structure hold together
    uncertainty, sensitivity   what other choices would have given, and which choice matters
    profile, note              a unit, and the method, in sentences

The command: `python -m procrisk.composite FRAMEWORK DATA --out FOLDER`.
"""
