"""The big screen: scenes on a wall, and the remote that drives them. Beside Streamlit's pages, on the same server."""
