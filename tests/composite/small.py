"""A small made-up framework: two pillars, four indicators, one of them divided by the size of the unit."""

import numpy as np
import polars as pl

from procrisk.composite.framework import Framework, Group, Indicator

TOML = """\
[[indicators]]
id = "plazo"
name_es = "Plazo"
name_en = "Time allowed"
direction = 1
parent = "competencia"
weight = 2

[[indicators]]
id = "unico"
name_es = "Postor único"
name_en = "Single bid"
direction = -1
parent = "competencia"
goalpost_low = 0
goalpost_high = 100

[[indicators]]
id = "datos"
name_es = "Datos abiertos"
name_en = "Open data"
direction = 1
parent = "transparencia"
denominator = "poblacion"

[[indicators]]
id = "quejas"
name_es = "Quejas"
name_en = "Complaints"
direction = -1
parent = "transparencia"

[[structure]]
id = "competencia"
name_es = "Competencia"
name_en = "Competition"
level = 2
parent = "indice"

[[structure]]
id = "transparencia"
name_es = "Transparencia"
name_en = "Transparency"
level = 2
parent = "indice"
weight = 0.5
least_known = 0.75

[[structure]]
id = "indice"
name_es = "Índice"
name_en = "Index"
level = 3
aggregation = "geometric"

[method]
scale = [1, 100]
"""

CSV = """\
unit,name,zona,plazo,unico,datos,quejas,poblacion
A,Alfa,norte,10,20,30,4,10
B,Beta,norte,20,10,,5,20
C,Gama,sur,30,40,90,6,30
D,Delta,sur,25,NA,50,3,25
E,Épsilon,sur,12,55,70,9,35
F,Zeta,norte,28,5,20,1,20
"""


def framework(indicators=5, parts=2, **group):
    """`indicators` dealt out to `parts` pillars, all alike; `group` goes to every one of them."""
    told = [
        Indicator(f"i{k}", f"indicador {k}", f"indicator {k}", 1 - 2 * (k % 2), 1 + k % 3, f"p{k % parts}")
        for k in range(indicators)
    ]
    pillars = [Group(f"p{k}", f"pilar {k}", f"pillar {k}", 2, "top", 1 + k, **group) for k in range(parts)]
    return Framework(tuple(told), (*pillars, Group("top", "índice", "index", 3, "", 1, **group)))


def data(values) -> pl.DataFrame:
    values = np.asarray(values, dtype=float)
    columns = {f"i{k}": values[:, k] for k in range(values.shape[1])}
    return pl.DataFrame({"unit": [f"u{n:02d}" for n in range(len(values))], **columns})
