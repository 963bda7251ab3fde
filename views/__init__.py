"""How a number looks: words, cards, charts, maps. Knows frames; knows no database and no Streamlit."""
