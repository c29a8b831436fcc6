{
  'targets': [
    {
      'target_name': 'stack_mtcp',
      'sources': [
        'native/addon/addon.cc',
        'native/addon/config.cc',
        'native/addon/open_dpdk.cc',
        'native/addon/open_memif.cc',
        'native/eal/eal.cc',
        'native/port/dpdk_device.cc',
        'native/port/umem_pool.cc',
        '<!@(node -p "require(\'@mcc/engine/gyp\').sources()")',
      ],
      'include_dirs': [
        'native',
        '<!@(node -p "require(\'@mcc/engine/gyp\').include()")',
        '<!(node -p "require(\'node-addon-api\').include_dir")',
      ],
      'defines': ['NAPI_VERSION=8', 'NODE_ADDON_API_CPP_EXCEPTIONS', 'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS', 'LLHTTP_STRICT_MODE=1'],
      'cflags': ['-O3', '-fvisibility=hidden'],
      'cflags_cc!': ['-fno-exceptions', '-fno-rtti', '-std=gnu++17'],
      # The path of a segment through network, TCP and engine is a chain of small templates: merged into few functions, it
      # takes a tenth fewer instructions (docs/performance.md).
      'cflags_cc': ['-std=c++20', '-fexceptions', '<!@(node native/optimising.cjs)', '<!@(node native/find-dpdk.cjs cflags)'],
      # DPDK can be started once per process: the addon stays when the worker that loaded it ends.
      'ldflags': ['-Wl,--exclude-libs,ALL', '-Wl,-z,nodelete'],
      'libraries': ['<!@(node native/find-dpdk.cjs libs)'],
    },
  ],
}
