/** The topics of one device. `{device}` is its id. */
export const TOPIC_PREFIX = 'wanmi/v1'

export const telemetryTopic = (deviceId: string): string => `${TOPIC_PREFIX}/${deviceId}/telemetry`
export const commandTopic = (deviceId: string): string => `${TOPIC_PREFIX}/${deviceId}/command`
export const replyTopic = (deviceId: string): string => `${TOPIC_PREFIX}/${deviceId}/command/reply`
