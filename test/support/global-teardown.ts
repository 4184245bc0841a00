import { stopWhatIsLeft } from './left-running';

/** Stops what the setup started, or was asked to start, for all suites. */
export default stopWhatIsLeft;
