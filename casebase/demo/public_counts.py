"""The figures of the seed document and public statistics that the demonstration city reproduces."""

POPULATION = 13_000_000
GRIDS = {"社区网格": 7_876, "微网格": 46_817, "农村网格": 11_381, "专属网格": 4_744}
GRID_WORKERS = 217_000
AGENTS = 12_000
AGENT_ORIGINS = {"信访干部": 9, "村(社区)两委": 34, "信息员": 14, "矛调员": 13, "志愿者": 12, "网格员": 18}
EXPERTS = {"高等院校": 42, "社会组织": 24, "市直单位": 38, "律师": 31}
EXPERT_HEARINGS = 236
"""Petitions heard with experts; with the mediations and handlings below a little over 300 件次."""
EXPERT_MEDIATIONS = 58
EXPERT_HANDLINGS = 18
ORGANISATIONS = 15_600
MEDIATING = 988
INCUBATORS = 140
FAMILY_SETTLED = 8_500
"""Per 10,000 closed family and neighbour disputes."""

# District weights of population, roughly the 2020 census with the zones taken out of their hosts, in thousands.
DISTRICT_THOUSANDS = {
    "410102": 960, "410103": 1070, "410104": 830, "410105": 1480, "410106": 200, "410108": 560, "410122": 620,
    "410171": 390, "410172": 560, "410173": 680, "410181": 790, "410182": 730, "410183": 820, "410184": 980,
    "410185": 730, "4101ZD": 1020,
}  # fmt: skip
