export interface Target {
  name: string;
  platform: 'linux' | 'darwin' | 'win32';
  arch: 'x64' | 'arm64';
  zig: string;
  cpu: string;
}

export declare const TARGETS: readonly Target[];
export declare function prebuildFile(target: Target): string;
export declare function targetsNamed(names: readonly string[]): readonly Target[];
