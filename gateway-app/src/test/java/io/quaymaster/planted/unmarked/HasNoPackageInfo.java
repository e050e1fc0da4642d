package io.quaymaster.planted.unmarked;

class HasNoPackageInfo {}
