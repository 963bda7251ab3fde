"""一屏总览: the six numbers a leader asks for first, the map, the ranking, and what needs attention today."""

import streamlit as st

from pages.parts import filters, places, show
from views import charts

SIX = ("registered", "backlog", "five_day_closure", "overdue", "unit_satisfaction", "on_the_spot")

now = filters.current()
show.header("一屏总览", f"{now.place}信访态势：{now.said}。")
show.numbers(now, SIX, key="six")

left, right = st.columns([3, 2])
below = places.below(now)
rates = places.measured(now, "five_day_closure", below)
with left:
    places.area_map(rates, below, now, metric="five_day_closure", key="city", width=760, height=420)
with right:
    drawn = charts.ranking(rates, show.theme(), title=f"各{below.noun}五日办结率", kind="rate", target=show.target_of("five_day_closure"))
    show.chart(drawn, "ranking", alt="五日办结率排名", pick="code", on_pick=filters.go_to)
