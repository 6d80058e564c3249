/** The topics of one device. `{device}` is its id. */
export const TOPIC_PREFIX = 'wanmi/v1'

export const telemetryTopic = (deviceId: string): string => `${TOPIC_PREFIX}/${deviceId}/telemetry`
export const commandTopic = (deviceId: string): string => `${TOPIC_PREFIX}/${deviceId}/command`
/** Where an inspector's terminal reports what is wrong. */
export const reportTopic = (deviceId: string): string => `${TOPIC_PREFIX}/${deviceId}/report`
export const replyTopic = (deviceId: string): string => `${TOPIC_PREFIX}/${deviceId}/command/reply`
