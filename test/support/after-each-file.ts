import { stopWhatIsLeft } from './left-running';

// jest kills a worker that something still runs in, and what runs would outlive it
afterAll(stopWhatIsLeft);
