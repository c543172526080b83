"""The interface for programs: `/api/v1/`. A surface beside the website and the desk: no rules of the business."""
