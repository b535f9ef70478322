export { completeSchedule, learningRate } from './complete.js';
export {
  type LearningRate,
  SCHEDULES,
  type Schedule,
  type ScheduleName,
  type ScheduleOptions,
  scheduleNames,
} from './table.js';
