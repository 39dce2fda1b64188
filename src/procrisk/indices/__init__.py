"""Two integrity indices of regional governments, and what they say beside procurement risk. Never blended with it.

frameworks   what is asked and how it counts, as data (frameworks/*.toml)      periods     the days of a period
form         the form to fill in                    answers, cells, faults     the filled form, read and checked
scores       RIFI and CRAPI by pillar, with bounds  facts                      what is publicly known, with its source
matrix       capacity x risk, by probability        diagnostic                 strengths, weaknesses, opportunities, threats
association  beside INCO and audits, with a warning simulate, example          made-up answers, marked so; a worked example
"""
