export function measureStepOverhead(steps?: number): number;
