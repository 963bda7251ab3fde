"""The demonstration city: Zhengzhou's real places with invented cases (演示数据)."""

from casebase.demo.builder import build

__all__ = ["build"]
