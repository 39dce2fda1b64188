"""A composite index after the ten steps of the OECD and the Joint Research Centre (2008). It knows nothing of procurement.

framework  indicators and structure, as data           treat      outliers
prepare    denominators, gaps                          normalise  a common scale
aggregate  means by level, and outranking              build      all of it, every stage kept
checks     does the structure hold together            profile    a unit in sentences
uncertainty, sensitivity   what other choices would have given, and which choice matters
"""
