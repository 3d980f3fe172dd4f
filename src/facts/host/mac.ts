/** What tells that a host is a Mac. */
export const macMarker = '/System/Library/CoreServices/SystemVersion.plist';

/** Of commands that only a Mac is asked. */
export const onMac = { ifThere: [[macMarker]] } as const;
