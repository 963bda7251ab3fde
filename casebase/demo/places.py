"""The city before its cases: everything that does not depend on them."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from casebase import schema
from casebase.bulk_insert import append
from casebase.demo import grids, ground, people, units


@dataclass(frozen=True, eq=False)
class City:
    """What the generator of cases needs to know."""

    ground: ground.Ground
    grids: grids.Grids
    workers: people.Staff  # by grid
    agents: people.Staff  # by community
    organisations: pd.DataFrame
    org_of: np.ndarray  # number of a mediating organisation in each community, 0 without one
    matters: units.Matters
    units: units.Units


def make(sequence: np.random.SeedSequence, until: datetime) -> City:
    """Compose the city. Outlines do not depend on the seed; people, dates and gaps do."""
    seeds = sequence.spawn(5)
    land = ground.make(seeds[0])
    net = grids.make(land, seeds[1])
    matters = units.read_matters()
    organisations, org_of = people.organisations(land, seeds[4], until)
    return City(
        ground=land,
        grids=net,
        workers=people.workers(land, net, seeds[2], until),
        agents=people.agents(land, seeds[3], until),
        organisations=organisations,
        org_of=org_of,
        matters=matters,
        units=units.make(land.reference, matters),
    )


def write(connection: Connection, city: City) -> None:
    """Write every table of the city."""
    append(connection, schema.area, ground.area_table(city.ground))
    append(connection, schema.unit, city.units.table)
    append(connection, schema.category, units.category_table(city.matters))
    append(connection, schema.grid, city.grids.table)
    append(connection, schema.grid_worker, city.workers.table)
    append(connection, schema.agent, city.agents.table)
    append(connection, schema.social_org, city.organisations)
