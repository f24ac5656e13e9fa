// Generated from schemas/ by tools/generate.mjs. Do not edit.

/** Partitions and settings of each topic, from infra/kafka/topics.json. */
export const TOPIC_CONFIGS = {
  "submissions": {
    "partitions": 4,
    "config": {
      "cleanup.policy": "delete",
      "retention.ms": "86400000"
    }
  },
  "actions": {
    "partitions": 4,
    "config": {
      "cleanup.policy": "delete",
      "retention.ms": "-1"
    }
  },
  "approval-log": {
    "partitions": 4,
    "config": {
      "cleanup.policy": "delete",
      "retention.ms": "-1"
    }
  },
  "decisions": {
    "partitions": 4,
    "config": {
      "cleanup.policy": "delete",
      "retention.ms": "-1"
    }
  },
  "approvals": {
    "partitions": 4,
    "config": {
      "cleanup.policy": "delete",
      "retention.ms": "-1"
    }
  },
  "outcomes": {
    "partitions": 4,
    "config": {
      "cleanup.policy": "delete",
      "retention.ms": "-1"
    }
  },
  "labels": {
    "partitions": 4,
    "config": {
      "cleanup.policy": "delete",
      "retention.ms": "-1"
    }
  },
  "windows": {
    "partitions": 4,
    "config": {
      "cleanup.policy": "delete",
      "retention.ms": "3456000000"
    }
  },
  "notifications": {
    "partitions": 4,
    "config": {
      "cleanup.policy": "delete",
      "retention.ms": "2592000000"
    }
  },
  "policies": {
    "partitions": 1,
    "config": {
      "cleanup.policy": "delete",
      "retention.ms": "-1"
    }
  },
  "roster": {
    "partitions": 1,
    "config": {
      "cleanup.policy": "delete",
      "retention.ms": "-1"
    }
  },
  "sessions": {
    "partitions": 4,
    "config": {
      "cleanup.policy": "delete",
      "retention.ms": "86400000"
    }
  },
  "dead-letters": {
    "partitions": 4,
    "config": {
      "cleanup.policy": "delete",
      "retention.ms": "-1"
    }
  }
} as const;
