"""Two integrity indices of regional governments, and what they say beside procurement risk. Never blended with it.

frameworks   what is asked and how it counts, as data (frameworks/*.toml); periods: the days of a period
form         the form to fill in
answers      the filled form, read and checked; cells: one row of it; faults: what can be wrong, in words
scores       RIFI and CRAPI by pillar, with bounds
robustness   the same under other weights, and with pillars that make up for each other
facts        what is publicly known, with its source; example: what follows from it for five commissions
capacity     RIFI, else the published ICP
matrix       capacity x risk, by probability; incremental: its cuts, set-ups and functions, as data
axes         risk, RIFI and CRAPI side by side
diagnostic   strengths and weaknesses (diagnostic_function), opportunities and threats (diagnostic_procurement)
association  INCO and control reports beside the risk score, with a warning
simulate     made-up answers, marked so
tables       all of it from forms and regional scores
"""
