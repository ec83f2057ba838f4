import { conformance } from './conformance.ts';

conformance('docker');
