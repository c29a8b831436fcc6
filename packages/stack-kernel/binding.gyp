{
  # liburing is linked statically where the machine has it as an archive, so that the addon runs where it is missing.
  'variables': {
    'liburing%': '<!(node native/find-liburing.cjs)',
  },
  'targets': [
    {
      'target_name': 'stack_kernel',
      'sources': ['native/addon.cc', '<!@(node -p "require(\'@mcc/engine/gyp\').sources()")'],
      'include_dirs': [
        'native',
        '<!@(node -p "require(\'@mcc/engine/gyp\').include()")',
        '<!(node -p "require(\'node-addon-api\').include_dir")',
      ],
      'defines': ['NAPI_VERSION=8', 'NODE_ADDON_API_CPP_EXCEPTIONS', 'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS', 'LLHTTP_STRICT_MODE=1'],
      'cflags': ['-O3', '-fvisibility=hidden'],
      'cflags_cc!': ['-fno-exceptions', '-fno-rtti', '-std=gnu++17'],
      # GCC 12 sees overlapping copies in std::string where there are none (its bug 105651).
      'cflags_cc': ['-std=c++20', '-fexceptions', '-Wno-restrict'],
      'ldflags': ['-Wl,--exclude-libs,ALL', '-Wl,-z,nodelete'],
      'conditions': [
        ["liburing!='none'", {'defines': ['MCC_HAVE_LIBURING=1'], 'libraries': ['<(liburing)']}],
      ],
    },
  ],
}
